//! `/keys/new`: stores a value that the person brings, or has the vault make one. The form carries a name of its own, so that
//! sending it twice makes one key.

use askama::Template;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::{
    super::{
        confirm,
        form::{Form, Object, Shown},
        frame::{Frame, Section, page, secret_page},
        refusal::Answered,
        room::Room,
        sign_in::refused,
        visit::{Entered, Posted, Visit},
    },
    made::{self, Made},
    provider::{Asked, SETTING},
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        random,
        texts::{
            console::{NewKeyTexts, PlanFor},
            problems::Code,
        },
    },
    models::key_requests::NewKey,
    routes::html::value_of,
    services::api_keys::{self, Outcome, Repeatable},
};

/// The field with the form's own name: what is sent again under it is answered again, and nothing is made twice.
const ONCE: &str = "once";
const ONCE_CHARACTERS: usize = 22;
/// The field that asks for the form again, and for nothing to be done: `look` at the value, a way or a preset.
const ACT: &str = "act";
/// What the page has fields for.
const FIELDS: [&str; 11] = [
    "name",
    "value",
    "provider",
    "provider_config",
    "environment",
    "tags",
    "note",
    "expires_at",
    "scopes",
    "allowed_ips",
    "rate_limit",
];

#[derive(Template)]
#[template(path = "console/pages/key_new.html")]
struct NewKeyPage {
    frame: Frame,
    t: &'static NewKeyTexts,
    shown: Shown,
    asked: Asked,
    is_generated: bool,
    once: String,
    room: Room,
    others: Vec<String>,
}

impl NewKeyPage {
    /// The attributes of the name's field: one begins there, but where something else is to be read first.
    fn about_the_name(&self) -> &'static str {
        if self.room.is_full() || self.asked.is_led_to {
            "maxlength=\"100\" required autocomplete=\"off\""
        } else {
            "maxlength=\"100\" required autofocus autocomplete=\"off\""
        }
    }

    /// What a form may begin with: its word, its name and what it fills in.
    fn presets(&self) -> [(&'static str, &'static str, &'static str); 3] {
        let t = self.t;
        [
            ("customer", t.preset_customer, t.preset_customer_hint),
            ("ci", t.preset_ci, t.preset_ci_hint),
            ("internal", t.preset_internal, t.preset_internal_hint),
        ]
    }
}

#[derive(Template)]
#[template(path = "console/partials/key_provider.html")]
struct ProviderPart {
    frame: Frame,
    t: &'static NewKeyTexts,
    shown: Shown,
    asked: Asked,
}

pub(super) async fn show(Entered(visit): Entered) -> Answered {
    let is_generated = value_of(&visit.query, "way") == "generate";
    let shown = Shown::filled(preset(&visit, &value_of(&visit.query, "preset")));
    let written = blank(&visit, &Form::default(), is_generated, shown).await?;
    page(StatusCode::OK, &written)
}

pub(super) async fn submit(Posted(visit, form): Posted) -> Answered {
    match form.value(ACT) {
        "" => {}
        "look" => return look(&visit, &form).await,
        asked => return turn(&visit, &form, asked).await,
    }
    match make(&visit, &form).await {
        Ok(made) => made::page(&visit, &made),
        Err(error) if error.is(Code::ReauthenticationRequired) => Err(confirm::or_ask(&visit, &form, error)),
        Err(error) => again(&visit, &form, error).await,
    }
}

async fn make(visit: &Visit, form: &Form) -> Result<Made> {
    let new = read(form, visit.ctx.app())?;
    let (name, content) = (form.value(ONCE), form.packed());
    let repeatable = (1..=64).contains(&name.len()).then_some(Repeatable { name, content: content.as_bytes() });
    let render = |created: &_| serde_json::to_vec(&Made::from(created)).map_err(Error::internal);
    let answer = match api_keys::create(&visit.ctx, new, repeatable, render).await? {
        Outcome::New(answer) | Outcome::Repeated(answer) => answer,
    };
    serde_json::from_slice(&answer).map_err(Error::internal)
}

/// What the API would be sent.
fn read(form: &Form, app: &App) -> Result<NewKey> {
    let object = form.object().text("name").text("environment").list("tags").text("note").day("expires_at");
    let object = object.list("scopes");
    let object = if is_generated(form) {
        with_rate(object.list("allowed_ips"), form)
    } else {
        // without one the vault would make it
        let settings = settings(form);
        object.with("value", form.value("value").into()).text("provider").with("provider_config", settings.into())
    };
    object.read(app)
}

fn is_generated(form: &Form) -> bool {
    form.value("way") == "generate"
}

/// The provider's settings that were filled in.
fn settings(form: &Form) -> Map<String, Value> {
    let filled = form.kept().into_iter().filter(|(_, value)| !value.is_empty());
    filled.filter_map(|(name, value)| Some((name.strip_prefix(SETTING)?.to_owned(), value.into()))).collect()
}

/// The rate limit, if a part of it was filled in.
pub(super) fn with_rate<'a>(object: Object<'a>, form: &Form) -> Object<'a> {
    match rate(form) {
        Some(rate) => object.with("rate_limit", rate),
        None => object,
    }
}

/// The rate limit as the API would be sent it; `None` where nothing was filled in.
pub(super) fn rate(form: &Form) -> Option<Value> {
    let mut rate = Map::new();
    for name in ["limit", "window_seconds"] {
        let typed = form.value(&format!("rate_limit.{name}")).trim().to_owned();
        if !typed.is_empty() {
            rate.insert(name.into(), typed.parse::<i64>().map_or_else(|_| typed.into(), Value::from));
        }
    }
    (!rate.is_empty()).then(|| rate.into())
}

/// What a form begins with.
fn preset(visit: &Visit, name: &str) -> Vec<(&'static str, String)> {
    let in_days = |days| (visit.ctx.now() + TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    let rate = |limit: &str| [("rate_limit.limit", limit.to_owned()), ("rate_limit.window_seconds", "60".to_owned())];
    match name {
        "customer" => {
            let first =
                [("environment", "production".to_owned()), ("expires_at", in_days(90)), ("preset", name.into())];
            first.into_iter().chain(rate("100")).collect()
        }
        "ci" => vec![
            ("environment", "test".into()),
            ("expires_at", in_days(30)),
            ("tags", "ci".into()),
            ("preset", name.into()),
        ],
        "internal" => vec![
            ("environment", "production".into()),
            ("allowed_ips", "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16".into()),
            ("tags", "internal".into()),
            ("preset", name.into()),
        ],
        _ => Vec::new(),
    }
}

/// The value was looked at: its provider's fields, and all that was typed.
async fn look(visit: &Visit, form: &Form) -> Answered {
    let shown = Shown::filled(form.kept().iter().map(|(name, value)| (name.as_str(), value.clone())));
    if visit.is_partial {
        let t = NewKeyTexts::of(visit.ctx.client().language);
        let part = ProviderPart {
            frame: visit.frame(Section::Keys)?,
            t,
            shown,
            asked: Asked::of(visit.ctx.client().language, form),
        };
        return secret_page(StatusCode::OK, &part);
    }
    let mut written = blank(visit, form, is_generated(form), shown).await?;
    written.asked.is_led_to = true;
    secret_page(StatusCode::OK, &written)
}

/// The form in another way or with another preset: what was typed stays, what the former preset filled in goes.
async fn turn(visit: &Visit, form: &Form, asked: &str) -> Answered {
    let former = preset(visit, form.value("preset"));
    let typed = form.kept().into_iter().filter(|(name, value)| !former.iter().any(|(n, v)| n == name && v == value));
    let typed: Vec<_> = typed.collect();
    let typed = typed.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let shown = Shown::filled(preset(visit, asked).into_iter().chain(typed));
    secret_page(StatusCode::OK, &blank(visit, form, asked != "store", shown).await?)
}

/// The form again, with what is wrong.
async fn again(visit: &Visit, form: &Form, error: Error) -> Answered {
    let t = NewKeyTexts::of(visit.ctx.client().language);
    if !matches!(error, Error::Invalid(_) | Error::Refused(_) | Error::PlanLimit { .. }) {
        return Err(error.into());
    }
    let (status, shown) = refused(visit, form, &error)?;
    let mut written = blank(visit, form, is_generated(form), shown).await?;
    // where there is room by now, the refusal's own sentence stays
    if matches!(error, Error::PlanLimit { .. }) && written.room.is_full() {
        written.shown.sentence = None;
    }
    if error.is(Code::IdempotencyKeyReused) {
        written.once = random::base62(ONCE_CHARACTERS)?;
        written.shown.sentence = Some(t.used_already.to_owned());
    }
    secret_page(status, &written)
}

async fn blank(visit: &Visit, form: &Form, is_generated: bool, shown: Shown) -> Result<NewKeyPage> {
    let t = NewKeyTexts::of(visit.ctx.client().language);
    let once = match form.value(ONCE) {
        "" => random::base62(ONCE_CHARACTERS)?,
        name => name.to_owned(),
    };
    let others = shown.others(&FIELDS).into_iter().map(str::to_owned).collect();
    let opened = if is_generated { "keys/new?way=generate" } else { "keys/new" };
    let (frame, asked) = (visit.frame(Section::Keys)?.opened_at(opened), Asked::of(visit.ctx.client().language, form));
    let for_ = if form.kept().is_empty() { PlanFor::Key } else { PlanFor::KeyTyped };
    let room = Room::read(visit, for_).await?;
    Ok(NewKeyPage { frame, t, shown, asked, is_generated, once, room, others })
}
