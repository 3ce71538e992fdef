//! `/tokens`: the tokens that open the vault to programs. One is shown once, in the answer to the form that made it.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use chrono::TimeDelta;

use super::{
    confirm,
    form::{Form, Shown},
    frame::{Frame, Section, page, secret_page},
    listing::Pager,
    refusal::{Answered, done},
    sign_in::refused,
    stamp::Moment,
    visit::{Entered, Posted, Visit},
};
use crate::{
    core::{
        app::App,
        error::Result,
        language::Language,
        texts::{
            console::{Notice, TokensTexts, scope_texts},
            problems::Code,
        },
    },
    models::{
        ids::ProgramTokenId,
        program_token::{FormName, NewToken, ProgramToken, TokenScope},
    },
    routes::extractors::Id,
    schemas::{program_tokens::TokenQuery, query},
    services::program_tokens,
};

/// The field with the form's own name: sent twice, it makes one token.
const ONCE: &str = "once";
/// A token that ends within that is told.
const SOON: TimeDelta = TimeDelta::days(7);

/// The choice of a day of one's own.
const ON_DATE: &str = "date";

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tokens", get(show).post(create))
        .route("/tokens/new", get(show_new))
        .route("/tokens/{id}/revoke", post(revoke))
}

#[derive(Template)]
#[template(path = "console/pages/tokens.html")]
struct TokensPage {
    frame: Frame,
    t: &'static TokensTexts,
    tokens: Vec<Row>,
    is_revoked: bool,
    pager: Pager,
}

/// A token in the list.
struct Row {
    id: String,
    name: String,
    hint: String,
    scopes: Vec<&'static str>,
    ips: String,
    created: Moment,
    used: Option<Moment>,
    used_ip: String,
    expires: Option<Moment>,
    is_expired: bool,
    is_soon: bool,
    revoked: Option<Moment>,
}

#[derive(Template)]
#[template(path = "console/pages/token_new.html")]
struct NewTokenPage {
    frame: Frame,
    t: &'static TokensTexts,
    shown: Shown,
    once: String,
    scopes: Vec<(&'static str, &'static str, &'static str)>,
    ends: [(&'static str, &'static str); 5],
}

#[derive(Template)]
#[template(path = "console/pages/token_made.html")]
struct MadePage {
    frame: Frame,
    t: &'static TokensTexts,
    name: String,
    /// What is shown in place of the token.
    hint: String,
    value: String,
    base_url: String,
    /// Whether the token shows values, which `vk run` needs.
    is_for_run: bool,
    is_for_checks: bool,
}

async fn show(Entered(visit): Entered) -> Answered {
    let form = Form::read(&visit.query);
    let is_revoked = form.value("revoked") == "true";
    let word = if is_revoked { "true" } else { "false" };
    let asked = crate::routes::html::escape_query(form.value("cursor"));
    let asked: TokenQuery = query::read(&format!("revoked={word}&cursor={asked}"))?;
    let rows = program_tokens::list(&visit.ctx, asked.is_revoked, asked.page).await?;
    let language = visit.ctx.client().language;
    let tokens = TokensPage {
        frame: visit.frame(Section::Tokens)?,
        t: TokensTexts::of(language),
        is_revoked,
        pager: Pager::of(&visit, "tokens", &format!("revoked={word}"), rows.next),
        tokens: rows.rows.into_iter().map(|token| row(token, &visit, language)).collect(),
    };
    page(StatusCode::OK, &tokens)
}

fn row(token: ProgramToken, visit: &Visit, language: Language) -> Row {
    let now = visit.ctx.now();
    let ends_by = |moment| token.expires_at.is_some_and(|end| end <= moment);
    Row {
        id: token.id.to_string(),
        hint: hint(&token),
        scopes: token.scopes.iter().map(|scope| scope_texts(*scope, language).0).collect(),
        ips: token.allowed_ips.texts().join(", "),
        created: token.created_at.into(),
        used: token.last_used_at.map(Moment::from),
        used_ip: token.last_used_ip,
        expires: token.expires_at.map(Moment::from),
        is_expired: ends_by(now),
        is_soon: !ends_by(now) && ends_by(now + SOON),
        revoked: token.revoked_at.map(Moment::from),
        name: token.name,
    }
}

/// As much of a token as may be seen by others.
fn hint(token: &ProgramToken) -> String {
    format!("{}…{}", token.prefix, token.last4)
}

/// The form; `scopes` in its address ticks more than it does by itself.
async fn show_new(Entered(visit): Entered) -> Answered {
    let form = Form::read(&visit.query);
    let more = form.values("scopes").map(|word| ("scopes", word.to_owned()));
    let usual = [("expires_in", "90".to_owned()), ("scopes", TokenScope::Read.as_str().to_owned())];
    write_new(&visit, StatusCode::OK, Shown::filled(usual.into_iter().chain(more)), "")
}

async fn create(Posted(visit, form): Posted) -> Answered {
    let once = form.value(ONCE);
    let named = (!once.is_empty()).then(|| FormName::parse(once));
    let made = match read(&visit, &form) {
        Ok(new) => program_tokens::create(&visit.ctx, new, named).await,
        Err(error) => Err(error),
    };
    let made = match made {
        Ok(made) => made,
        Err(error) if error.is(Code::ReauthenticationRequired) => return Err(confirm::or_ask(&visit, &form, error)),
        Err(error) => {
            let (status, mut shown) = refused(&visit, &form, &error)?;
            let t = TokensTexts::of(visit.ctx.client().language);
            if error.is(Code::IdempotencyKeyReused) {
                let is_fresh = named.is_none_or(|name| name.is_fresh(visit.ctx.now(), program_tokens::FORM_LIFE));
                shown.sentence = Some(if is_fresh { t.used_already } else { t.form_too_old }.to_owned());
                return write_new(&visit, status, shown, "");
            }
            let lacks_day = form.value("expires_in") == ON_DATE && form.value("expires_at").trim().is_empty();
            let shown = if lacks_day { shown.worded("expires_at", t.date_missing) } else { shown };
            return write_new(&visit, status, shown, once);
        }
    };
    let has = |scope| made.token.scopes.contains(&scope);
    let shown = MadePage {
        frame: visit.frame(Section::Tokens)?.gone_for("tokens"),
        t: TokensTexts::of(visit.ctx.client().language),
        is_for_run: has(TokenScope::Reveal),
        is_for_checks: has(TokenScope::Verify) && !has(TokenScope::Read),
        base_url: visit.ctx.app().base_url.trim_end_matches('/').to_owned(),
        hint: hint(&made.token),
        name: made.token.name.clone(),
        value: made.value.expose().clone(),
    };
    secret_page(StatusCode::CREATED, &shown)
}

fn read(visit: &Visit, form: &Form) -> Result<NewToken> {
    let object = form.object().text("name").list("scopes").list("allowed_ips");
    let object = match form.value("expires_in") {
        "" | "never" => object,
        // a day that was forgotten is a fault, never a token without end
        ON_DATE if form.value("expires_at").trim().is_empty() => object.with("expires_at", "".into()),
        ON_DATE => object.day("expires_at"),
        days => match days.parse().ok().filter(|days| (1..=3650).contains(days)) {
            Some(days) => object.with("expires_at", (visit.ctx.now() + TimeDelta::days(days)).to_rfc3339().into()),
            None => object.with("expires_at", days.into()),
        },
    };
    object.read(visit.ctx.app())
}

/// The form; `once` is its name, where it has one already.
fn write_new(visit: &Visit, status: StatusCode, shown: Shown, once: &str) -> Answered {
    let language = visit.ctx.client().language;
    let t = TokensTexts::of(language);
    let scopes = TokenScope::ALL.iter().map(|scope| {
        let (name, meaning) = scope_texts(*scope, language);
        (scope.as_str(), name, meaning)
    });
    let form = NewTokenPage {
        frame: visit.frame(Section::Tokens)?.opened_at("tokens/new"),
        t,
        shown,
        once: if once.is_empty() { visit.ctx.new_id().to_string() } else { once.to_owned() },
        scopes: scopes.collect(),
        ends: [("30", t.days_30), ("90", t.days_90), ("365", t.days_365), (ON_DATE, t.on_date), ("never", t.never)],
    };
    page(status, &form)
}

async fn revoke(Id(id): Id<ProgramTokenId>, Posted(visit, _): Posted) -> Answered {
    program_tokens::revoke(&visit.ctx, id).await?;
    done(&visit, "tokens", Notice::TokenRevoked)
}
