//! A form that was held up, by a session's end or by a newer sign-in: it is shown as one button, and goes on with a click.

use askama::Template;
use axum::http::StatusCode;

use super::{
    form::Form,
    frame::{Frame, Section, secret_page as write},
    refusal::Answered,
    visit::{Visit, local_path},
};
use crate::{
    core::{secret::SecretText, texts::console::ResumeTexts},
    services::console_sessions,
};

/// The fields in which a form travels through another one.
pub(super) const PATH: &str = "resume_path";
pub(super) const FIELDS: &str = "resume_form";

#[derive(Template)]
#[template(path = "console/pages/resume.html")]
struct ResumePage {
    frame: Frame,
    t: &'static ResumeTexts,
    carried: Carried,
}

/// A form that goes through a page.
pub(super) struct Carried {
    /// Where it was sent to.
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) told: Vec<(String, String)>,
}

impl Carried {
    pub(super) fn new(action: String, form: &Form) -> Self {
        Self { action, fields: form.kept(), told: form.told() }
    }
}

/// The page right after a sign-in, bound to the new session.
pub(super) async fn after_sign_in(visit: &Visit, cookie: &SecretText, action: &str, packed: &str) -> Answered {
    let (signed_in, _) = console_sessions::authenticate(visit.ctx.app(), cookie.expose()).await?;
    page(&visit.as_member(signed_in), action, packed)
}

/// The page with the button; `action` is where the form was sent to.
pub(super) fn page(visit: &Visit, action: &str, packed: &str) -> Answered {
    let action = local_path(action).map_or_else(|| visit.to("dashboard"), str::to_owned);
    let t = ResumeTexts::of(visit.ctx.client().language);
    let frame = visit.frame(Section::Public)?;
    let carried = Carried::new(action, &Form::read(packed));
    write(StatusCode::OK, &ResumePage { frame, t, carried })
}
