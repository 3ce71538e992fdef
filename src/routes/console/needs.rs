//! What the dashboard asks of a person: what needs attention, and the first steps of a new account.

use super::{dashboard::Known, visit::Visit};
use crate::{
    core::texts::console::{DashboardTexts, counted},
    models::user::User,
};

/// Something that needs attention.
pub(super) struct Need {
    /// `warn` or `danger`.
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) sentence: String,
    pub(super) hint: String,
    /// Where it is mended; empty where the mail is sent again.
    pub(super) place: String,
    pub(super) label: &'static str,
    /// Another way to mend it.
    pub(super) other: Option<(String, &'static str)>,
    /// Whether it is one of the first steps, too.
    pub(super) is_step: bool,
}

/// One of the first steps.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) hint: String,
    pub(super) is_done: bool,
    /// Where it is done, and how that is called; empty where the mail is sent again.
    pub(super) place: String,
    pub(super) label: &'static str,
    /// Another way to do it.
    pub(super) other: Option<(String, &'static str)>,
}

/// What needs attention, the worst first.
pub(super) fn needs(visit: &Visit, user: &User, known: &Known, t: &'static DashboardTexts) -> Vec<Need> {
    let language = visit.ctx.client().language;
    let need = |tone, icon, sentence: String, place: &str, label| Need {
        tone,
        icon,
        sentence,
        hint: String::new(),
        place: visit.to(place),
        label,
        other: None,
        is_step: false,
    };
    let mut all = Vec::new();
    if known.is_past_due {
        all.push(need("danger", "billing", t.past_due.to_owned(), "billing", t.see));
    }
    let keys = known.usage.keys;
    for (tone, count, one, many, place) in [
        ("danger", keys.expired, t.expired_one, t.expired_many, "keys?expired=true"),
        ("warn", keys.expiring, t.expiring_one, t.expiring_many, "keys?expiring_within_days=30"),
        ("warn", keys.unused, t.unused_one, t.unused_many, "keys?unused_for_days=90"),
    ] {
        if count > 0 {
            all.push(need(tone, "clock", format!("{}.", counted(language, count, one, many)), place, t.see));
        }
    }
    for key in &known.usage.refused {
        let times = counted(language, key.refusals, t.once, t.times);
        // two keys may have one name in different environments
        let place = key.environment.as_ref().map_or(String::new(), |environment| format!("({environment}) "));
        // the name last: it may hold anything
        let sentence = t.refused.replace("{times}", &times).replace("{where}", &place).replace("{name}", &key.name);
        all.push(need("warn", "warning", format!("{sentence}."), &format!("keys/{}", key.id), t.see));
    }
    if !user.email_verified {
        let mail = need("warn", "mail", t.unverified.to_owned(), "", "");
        let (hint, other) = (look_for_mail(user, t), Some(change_address(visit, t)));
        all.push(Need { hint, other, place: String::new(), is_step: true, ..mail });
    }
    if user.second_factor_at.is_none() {
        let factor = need("warn", "security", t.no_factor.to_owned(), "security", t.set_up);
        all.push(Need { is_step: true, ..factor });
    }
    all
}

/// The first steps of an account.
pub(super) fn steps(visit: &Visit, user: &User, known: &Known, t: &'static DashboardTexts) -> Vec<Step> {
    let step = |title, hint: &str, is_done, place: &str, label| Step {
        title,
        hint: hint.to_owned(),
        is_done,
        place: visit.to(place),
        label,
        other: None,
    };
    let address = step(t.step_address, &look_for_mail(user, t), user.email_verified, "", "");
    let key = step(t.step_key, t.step_key_hint, known.usage.keys.active > 0, "keys/new", t.new_key);
    vec![
        Step { place: String::new(), other: Some(change_address(visit, t)), ..address },
        Step { other: Some((visit.to("keys/import"), t.step_import)), ..key },
        step(t.step_token, t.step_token_hint, known.has_token, "tokens/new?scopes=keys:reveal", t.step_token_label),
        step(t.step_factor, t.step_factor_hint, user.second_factor_at.is_some(), "security", t.set_up),
    ]
}

/// Where the mail went that proves the address, and where it may lie.
fn look_for_mail(user: &User, t: &DashboardTexts) -> String {
    t.unverified_hint.replace("{email}", user.email.as_str())
}

/// The way to another address, where this one has a mistake.
fn change_address(visit: &Visit, t: &'static DashboardTexts) -> (String, &'static str) {
    (visit.to("settings#email"), t.change_address)
}
