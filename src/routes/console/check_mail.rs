//! The page after a form whose answer comes by mail: which address it went to, and what to do where nothing comes.

use askama::Template;
use axum::http::StatusCode;

use super::{
    form::Form,
    frame::{Frame, Section, page},
    refusal::Answered,
    visit::{Visit, entrance},
};
use crate::core::texts::console::CheckMailTexts;

/// The value of the button that sends the mail again.
pub(super) const AGAIN: &str = "again";
/// The value of the one that leads back to the form, with what was typed.
pub(super) const MEND: &str = "mend";
/// The field in which they are.
pub(super) const ACT: &str = "act";

#[derive(Template)]
#[template(path = "console/pages/check_mail.html")]
struct CheckMailPage {
    frame: Frame,
    t: &'static CheckMailTexts,
    title: &'static str,
    sentence: &'static str,
    address: String,
    /// Where both buttons lead, without its `/`.
    action: &'static str,
    fields: Vec<(&'static str, String)>,
    is_again: bool,
    /// Where one signs in, below the root.
    sign_in: String,
}

/// Says of a form with an address that a mail is on its way; `page_of_form` is where the form stands, to which a reload and
/// the way back lead: asked for again, the mail would take the place of the one that is on its way. `kept` are the other fields that are shown again.
pub(super) fn check_mail(
    visit: &Visit,
    form: &Form,
    page_of_form: &str,
    action: &'static str,
    sentence: &'static str,
    kept: &[&'static str],
) -> Answered {
    let t = CheckMailTexts::of(visit.ctx.client().language);
    let address = form.value("email").trim().to_owned();
    let mut fields = vec![("email", address.clone())];
    fields.extend(kept.iter().map(|name| (*name, form.value(name).to_owned())));
    let is_again = form.value(ACT) == AGAIN;
    // the language is where the form can be asked for
    let frame = visit.frame(Section::Public)?.gone_for(page_of_form);
    let sign_in = entrance("sign-in", form.value("next"));
    let written = CheckMailPage { frame, t, title: t.title, sentence, address, action, fields, is_again, sign_in };
    page(StatusCode::ACCEPTED, &written)
}
