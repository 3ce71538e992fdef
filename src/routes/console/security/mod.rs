//! `/security`: the second factor, the password, and where one is signed in.

mod second_factor;

use askama::Template;
use axum::{Router, http::StatusCode, routing::get, routing::post};

use super::{
    form::{Form, Shown},
    frame::{Frame, Section, page},
    listing::{self, Pager},
    refusal::{Answered, done},
    sign_in::refused,
    sign_out::forgotten,
    sign_up::new_password,
    stamp,
    visit::{Entered, Posted, Visit},
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        texts::{
            console::{FEW_CODES, Notice, SecurityTexts, counted},
            mails::device,
            problems::Code,
        },
    },
    models::{
        ids::SessionId,
        page::{Page, PageRequest},
        second_factor::FactorState,
        session::Session,
    },
    routes::extractors::Id,
    schemas::{auth::ChangePassword, query},
    services::{mfa, passwords, sessions},
};

/// The page and its acts.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/security", get(show))
        .route("/security/password", post(change_password))
        .route("/security/sessions/{id}/end", post(end_session))
        .route("/security/sessions/end-others", post(end_other_sessions))
        .merge(second_factor::routes())
}

#[derive(Template)]
#[template(path = "console/pages/security.html")]
struct SecurityPage {
    frame: Frame,
    t: &'static SecurityTexts,
    shown: Shown,
    factor: FactorState,
    factor_since: String,
    /// What became of a form of the second factor that was sent before; empty where none was.
    factor_told: &'static str,
    codes_left: String,
    /// When they were made, for the form that replaces them: sent again, it makes none.
    codes_of: String,
    has_few_codes: bool,
    /// `None` where nothing but the second factor may be looked at yet.
    sessions: Option<Vec<Row>>,
    pager: Pager,
    password_hint: String,
    password_more: String,
}

/// A session in the list.
struct Row {
    id: SessionId,
    device: String,
    ip: String,
    since: String,
    seen: String,
    is_current: bool,
}

async fn show(Entered(visit): Entered) -> Answered {
    write(&visit, StatusCode::OK, Shown::default()).await
}

async fn change_password(Posted(visit, form): Posted) -> Answered {
    let Err(error) = change(&visit, &form).await else {
        return done(&visit, "security", Notice::PasswordChanged);
    };
    let (status, shown) = refused(&visit, &form, &error)?;
    // here the password that is asked for again is called the current one
    write(&visit, status, shown.moved("password", "current_password")).await
}

async fn change(visit: &Visit, form: &Form) -> Result<()> {
    let body: ChangePassword = form.object().text("current_password").text("new_password").read(visit.ctx.app())?;
    passwords::change(&visit.ctx, &body.current_password, &body.new_password).await
}

async fn end_session(Id(id): Id<SessionId>, Posted(visit, _): Posted) -> Answered {
    sessions::end(&visit.ctx, id).await?;
    if visit.ctx.session().is_ok_and(|own| own == id) {
        return forgotten(&visit);
    }
    done(&visit, "security", Notice::OtherSessionEnded)
}

async fn end_other_sessions(Posted(visit, _): Posted) -> Answered {
    sessions::end_others(&visit.ctx).await?;
    done(&visit, "security", Notice::OtherSessionsEnded)
}

async fn write(visit: &Visit, status: StatusCode, shown: Shown) -> Answered {
    page(status, &read(visit, shown).await?)
}

/// The page where a form of the second factor was sent before, with a new form for new codes.
async fn write_told(visit: &Visit, factor_told: &'static str) -> Answered {
    page(StatusCode::CONFLICT, &SecurityPage { factor_told, ..read(visit, Shown::default()).await? })
}

async fn read(visit: &Visit, shown: Shown) -> Result<SecurityPage> {
    let language = visit.ctx.client().language;
    let t = SecurityTexts::of(language);
    let factor = mfa::state(&visit.ctx).await?;
    let listed = list(visit).await?;
    let next = listed.as_ref().and_then(|page| page.next);
    let sessions = listed.map(|page| page.rows.into_iter().map(|session| row(visit, session)).collect());
    let least = visit.ctx.app().config.password_min_length;
    let made_at = factor.recovery_codes_made_at;
    Ok(SecurityPage {
        frame: visit.frame(Section::Security)?.opened_at("security"),
        t,
        shown,
        factor_since: factor.enabled_at.map(stamp::day).unwrap_or_default(),
        factor_told: "",
        codes_of: made_at.map(|at| at.timestamp_millis().to_string()).unwrap_or_default(),
        codes_left: counted(language, factor.recovery_codes_left, t.code_left, t.codes_left),
        has_few_codes: factor.recovery_codes_left < FEW_CODES,
        factor,
        sessions,
        pager: Pager::of(visit, "security", "", next),
        password_hint: t.password_hint.replace("{least}", &least.to_string()),
        password_more: new_password(least),
    })
}

/// The open sessions; `None` to somebody who must set up a second factor first.
async fn list(visit: &Visit) -> Result<Option<Page<Session>>> {
    let asked: PageRequest = query::read(&listing::only(&visit.query, &["cursor"]))?;
    match sessions::list(&visit.ctx, asked).await {
        Ok(page) => Ok(Some(page)),
        Err(Error::Refused(Code::MfaSetupRequired)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn row(visit: &Visit, session: Session) -> Row {
    Row {
        device: device(visit.ctx.client().language, &session.user_agent),
        since: stamp::moment(session.created_at),
        seen: stamp::moment(session.last_seen_at),
        is_current: visit.ctx.session().is_ok_and(|own| own == session.id),
        id: session.id,
        ip: session.ip,
    }
}
