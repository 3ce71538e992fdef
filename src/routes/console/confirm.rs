//! A form that asks for a proof that its person is there: the password, and a code where there is a second factor. The page
//! that asks carries the form along, and sends it to where it was going.

use askama::Template;
use axum::http::StatusCode;

use super::{
    form::Form,
    frame::{Frame, Section, secret_page as write},
    refusal::{Answered, Refusal},
    resume::Carried,
    sign_in::of_a_form,
    visit::Visit,
};
use crate::{
    core::{
        error::Error,
        secret::SecretText,
        texts::{console::ConfirmTexts, problems::Code},
    },
    models::second_factor::GivenCode,
    services::step_up,
};

pub(super) const PASSWORD: &str = "confirm_password";
const CODE: &str = "confirm_code";

#[derive(Template)]
#[template(path = "console/pages/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    t: &'static ConfirmTexts,
    carried: Carried,
    back: String,
    asks_for_code: bool,
    fault: String,
}

/// Renews the sign-in with what the form brings along for that, if it does.
///
/// # Errors
/// The page again, where that is wrong.
pub(super) async fn renew(visit: Visit, form: &Form) -> Result<Visit, Refusal> {
    // a form that was sent again brings proofs that were good once; as long as they count there is nothing to renew
    if !form.has(PASSWORD) || step_up::require(&visit.ctx).is_ok() {
        return Ok(visit);
    }
    let password = SecretText::new(form.value(PASSWORD).to_owned());
    let typed = form.value(CODE).trim();
    let code = (!typed.is_empty()).then(|| GivenCode::read(typed));
    match step_up::reauthenticate(&visit.ctx, &password, code.as_ref()).await {
        Ok(()) => Ok(visit.again().await?),
        Err(error) if form.may_travel() => {
            of_a_form(&error)?;
            let told = visit.sentence_of(&error);
            Err(Refusal::Unconfirmed(Box::new(visit), form.clone(), Some(told)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Turns the refusal of an act that wants a newer sign-in into the page that renews it.
pub(super) fn or_ask(visit: &Visit, form: &Form, error: Error) -> Refusal {
    if error.is(Code::ReauthenticationRequired) && form.may_travel() {
        Refusal::Unconfirmed(Box::new(visit.clone()), form.clone(), None)
    } else {
        error.into()
    }
}

/// The page that asks, the first time or with what was wrong.
pub(super) fn page(visit: &Visit, form: &Form, told: Option<(StatusCode, String)>) -> Answered {
    let t = ConfirmTexts::of(visit.ctx.client().language);
    let asks_for_code = visit.ctx.user().is_ok_and(|user| user.second_factor_at.is_some());
    let (status, fault) = told.unwrap_or_default();
    let carried = Carried::new(visit.to(&visit.path), form);
    let back = visit.to("dashboard");
    let frame = visit.frame(Section::Public)?.left_for(visit.came_from.as_deref().unwrap_or(&back));
    write(status, &ConfirmPage { frame, t, carried, back, asks_for_code, fault })
}
