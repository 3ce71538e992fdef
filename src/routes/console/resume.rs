//! A form that was held up, by a session's end or by a newer sign-in: it is shown as one button, and goes on with a click. It
//! goes on in the account in which it was typed: somebody else who signs in at the same browser is told so, and is not
//! shown it.

use askama::Template;
use axum::http::StatusCode;

use super::{
    csrf,
    form::Form,
    frame::{Frame, Section, secret_page as write},
    refusal::Answered,
    tasks::outcome,
    visit::{Visit, local_path, onward},
};
use crate::{
    core::{
        secret::SecretText,
        texts::console::{Notice, ResumeTexts},
    },
    services::console_sessions,
};

/// A form on its way through another one.
#[derive(Default)]
pub(super) struct Held {
    /// Where it was sent to; empty where there is none.
    pub(super) path: String,
    /// Its fields, packed.
    pub(super) fields: String,
    /// The code that it came with, which tells whose it is.
    pub(super) code: String,
    /// The page on which it stood; empty where nobody knows.
    pub(super) page: String,
}

/// The fields in which a form travels through another one.
pub(super) const PATH: &str = "resume_path";
pub(super) const FIELDS: &str = "resume_form";
pub(super) const CODE: &str = "resume_code";
pub(super) const PAGE: &str = "resume_page";

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

impl Held {
    /// The form of a request.
    pub(super) fn of(visit: &Visit, form: &Form) -> Self {
        Self {
            path: visit.to(&visit.path),
            fields: form.packed(),
            code: form.value(csrf::FIELD).to_owned(),
            page: visit.came_from.clone().unwrap_or_default(),
        }
    }

    /// The form that another one brings along.
    pub(super) fn brought_by(form: &Form) -> Self {
        let value = |name: &str| form.value(name).to_owned();
        Self { path: value(PATH), fields: value(FIELDS), code: value(CODE), page: value(PAGE) }
    }

    /// The page on which it stood; the dashboard where nobody knows.
    pub(super) fn origin(&self, visit: &Visit) -> String {
        onward(visit, &self.page)
    }
}

/// The page right after a sign-in, bound to the new session.
pub(super) async fn after_sign_in(
    visit: &Visit,
    cookie: &SecretText,
    held: &Held,
    notice: Option<(Notice, i64)>,
) -> Answered {
    let (signed_in, _) = console_sessions::authenticate(visit.ctx.app(), cookie.expose()).await?;
    tell(&visit.as_member(signed_in), held, notice)
}

/// The page with the button.
pub(super) fn page(visit: &Visit, held: &Held) -> Answered {
    tell(visit, held, None)
}

fn tell(visit: &Visit, held: &Held, notice: Option<(Notice, i64)>) -> Answered {
    let t = ResumeTexts::of(visit.ctx.client().language);
    let mut frame = visit.frame(Section::Public)?.left_for(&held.origin(visit));
    frame.notice = notice.or(frame.notice);
    if !csrf::is_of_account(visit.ctx.app(), visit.ctx.account()?, &held.code) {
        return outcome(visit, StatusCode::FORBIDDEN, t.not_sent, &t.of_another.replace("{who}", frame.who()));
    }
    let action = local_path(&held.path).map_or_else(|| visit.to("dashboard"), str::to_owned);
    let carried = Carried::new(action, &Form::read_few(&held.fields)?);
    write(StatusCode::OK, &ResumePage { frame, t, carried })
}
