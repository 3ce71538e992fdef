//! `/keys/{id}/edit`: changes what describes a key. Only what differs is sent; the form carries the state that it began with,
//! so that nobody overwrites what somebody else changed meanwhile.

use askama::Template;
use axum::http::StatusCode;
use serde_json::Value;

use super::{
    super::{
        form::{Form, Shown},
        frame::{Frame, Section, page},
        refusal::{Answered, done, see_other},
        sign_in::refused,
        visit::{Entered, Posted, Visit},
    },
    new, place,
};
use crate::{
    core::{
        error::{Error, Result},
        texts::{
            console::{KeyTexts, NewKeyTexts, Notice},
            problems::Code,
        },
    },
    models::{
        api_key::{ApiKey, KeyKind},
        expected::Expected,
        ids::ApiKeyId,
        key_requests::Changes,
    },
    routes::extractors::Id,
    services::api_keys,
};

const STATE: &str = "state";
const FIELDS: [&str; 8] = ["name", "environment", "tags", "note", "expires_at", "scopes", "allowed_ips", "rate_limit"];

#[derive(Template)]
#[template(path = "console/pages/key_edit.html")]
struct EditPage {
    frame: Frame,
    t: &'static KeyTexts,
    n: &'static NewKeyTexts,
    title: String,
    /// The key's name.
    name: String,
    id: ApiKeyId,
    is_generated: bool,
    /// The key's entity tag.
    state: String,
    shown: Shown,
    others: Vec<String>,
    /// What is stored now and differs from what was typed.
    differences: Vec<Difference>,
}

struct Difference {
    label: &'static str,
    now: String,
    yours: String,
}

pub(super) async fn show(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    let key = api_keys::read(&visit.ctx, id).await?;
    if key.revoked {
        return Ok(see_other(&visit.to(&place(id))));
    }
    write(&visit, StatusCode::OK, &key, Shown::filled(values(&key)), Vec::new())
}

pub(super) async fn submit(Id(id): Id<ApiKeyId>, Posted(visit, form): Posted) -> Answered {
    let key = api_keys::read(&visit.ctx, id).await?;
    match change(&visit, &form, &key).await {
        Ok(()) => done(&visit, &place(id), Notice::KeySaved),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) if !error.is(Code::KeyRevoked) => {
            let (status, mut shown) = refused(&visit, &form, &error)?;
            let differences = if error.is(Code::PreconditionFailed) {
                shown.sentence = None;
                differences(&visit, &form, &key)
            } else {
                Vec::new()
            };
            write(&visit, status, &key, shown, differences)
        }
        Err(error) => Err(error.into()),
    }
}

async fn change(visit: &Visit, form: &Form, key: &ApiKey) -> Result<()> {
    let before = values(key);
    let differs = |name: &str| {
        typed(form, name) != before.iter().find(|(found, _)| *found == name).map_or("", |(_, value)| value)
    };
    let mut object = form.object();
    if differs("name") {
        object = object.with("name", form.value("name").into());
    }
    for name in ["environment", "note"] {
        if differs(name) {
            object = object.text_or_null(name);
        }
    }
    for name in ["tags", "scopes", "allowed_ips"] {
        if differs(name) && form.has(name) {
            object = object.list(name);
        }
    }
    if differs("expires_at") {
        object = if typed(form, "expires_at").is_empty() {
            object.with("expires_at", Value::Null)
        } else {
            object.day("expires_at")
        };
    }
    if form.has("rate_limit.limit") && (differs("rate_limit.limit") || differs("rate_limit.window_seconds")) {
        object = object.with("rate_limit", new::rate(form).unwrap_or(Value::Null));
    }
    if form.has("enabled") != key.enabled {
        object = object.flag("enabled");
    }
    let changes: Changes = object.read(visit.ctx.app())?;
    api_keys::update(&visit.ctx, key.id, changes, &Expected::read(form.value(STATE))).await?;
    Ok(())
}

fn typed<'a>(form: &'a Form, name: &str) -> &'a str {
    let value = form.value(name);
    if name == "note" { value } else { value.trim() }
}

/// What a form shows of a key.
fn values(key: &ApiKey) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = key.expires_at.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default();
    let mut all = vec![
        ("name", key.name.clone()),
        ("environment", text(&key.environment)),
        ("tags", key.tags.join(", ")),
        ("note", text(&key.note)),
        ("expires_at", day),
        ("scopes", key.scopes.join(", ")),
        ("allowed_ips", key.allowed_ips.join(", ")),
    ];
    if let Some(rate) = key.rate_limit {
        all.push(("rate_limit.limit", rate.limit.to_string()));
        all.push(("rate_limit.window_seconds", rate.window_seconds.to_string()));
    }
    if key.enabled {
        all.push(("enabled", "on".to_owned()));
    }
    all
}

/// Where what was typed is not what is stored now.
fn differences(visit: &Visit, form: &Form, key: &ApiKey) -> Vec<Difference> {
    let language = visit.ctx.client().language;
    let (t, n) = (KeyTexts::of(language), NewKeyTexts::of(language));
    let now = values(key);
    let stored = |name: &str| now.iter().find(|(found, _)| *found == name).map_or("", |(_, value)| value.as_str());
    let labels = [
        ("name", n.name),
        ("environment", n.environment),
        ("tags", n.tags),
        ("note", n.note),
        ("expires_at", n.expires),
        ("scopes", n.scopes),
        ("allowed_ips", n.addresses),
        ("rate_limit.limit", n.limit),
        ("rate_limit.window_seconds", n.window),
    ];
    let filled = |text: &str| if text.is_empty() { t.empty.to_owned() } else { text.to_owned() };
    let shown = labels.into_iter().filter(|(name, _)| form.has(name) && typed(form, name) != stored(name));
    let mut all: Vec<_> = shown
        .map(|(name, label)| Difference { label, now: filled(stored(name)), yours: filled(typed(form, name)) })
        .collect();
    if form.has("enabled") != key.enabled {
        let word = |is_on: bool| if is_on { t.yes } else { t.no }.to_owned();
        all.push(Difference { label: t.enabled, now: word(key.enabled), yours: word(form.has("enabled")) });
    }
    all
}

fn write(visit: &Visit, status: StatusCode, key: &ApiKey, shown: Shown, differences: Vec<Difference>) -> Answered {
    let language = visit.ctx.client().language;
    let t = KeyTexts::of(language);
    let others = shown.others(&FIELDS).into_iter().map(str::to_owned).collect();
    let written = EditPage {
        frame: visit.frame(Section::Keys)?.opened_at(&format!("{}/edit", place(key.id))),
        t,
        n: NewKeyTexts::of(language),
        title: t.edit_title.replace("{name}", &key.name),
        name: key.name.clone(),
        id: key.id,
        is_generated: key.kind == KeyKind::Generated,
        state: key.etag(),
        shown,
        others,
        differences,
    };
    page(status, &written)
}
