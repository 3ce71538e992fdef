//! Entries of the trail as a person reads them: what happened, when, from where, by whom.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::stamp::Moment;
use crate::{
    core::{
        error::{Error, Result},
        language::Language,
        texts::{
            console::{AuditTexts, detail_name, detail_text, sentence_of},
            faults::{Fault, FaultKind},
            money::money,
        },
    },
    models::{
        audit::{Action, ActionGroup, Entry},
        audit_details::Detail,
    },
};

/// An entry.
pub(super) struct Happening {
    pub(super) icon: &'static str,
    pub(super) sentence: String,
    /// What the key or the token is called that it was done to; empty where there is none or it is gone.
    pub(super) name: String,
    /// Whether somebody was refused or something failed.
    pub(super) is_grave: bool,
    pub(super) at: Moment,
    pub(super) ip: String,
    /// The program, in short.
    pub(super) program: String,
    /// Who it was, where that was not the person of the account.
    pub(super) by: String,
    /// The key that the name is of.
    pub(super) key: Option<String>,
    pub(super) seq: i64,
    pub(super) request_id: String,
    pub(super) user_agent: String,
    pub(super) details: Vec<Told>,
}

/// A detail, in words.
pub(super) struct Told {
    pub(super) name: String,
    pub(super) text: String,
    /// Whether it is an identifier or another text of programs.
    pub(super) is_code: bool,
}

impl Happening {
    /// An entry in this language; `names` are those of keys and tokens.
    pub(super) fn of(entry: Entry, names: &HashMap<Uuid, String>, language: Language) -> Self {
        let action = Action::try_from(entry.action.clone()).ok();
        let details: Map<_, _> = serde_json::from_str(&entry.details).unwrap_or_default();
        let t = AuditTexts::of(language);
        let program = entry.program().and_then(|token| names.get(&token));
        let by = match (program, entry.actor_id) {
            (Some(name), _) => t.by_token.replace("{name}", name),
            _ if details.contains_key(Detail::Program.as_str()) => t.by_program.to_owned(),
            (_, Some(actor)) if actor != entry.chain => t.by_staff.to_owned(),
            (_, Some(_)) => String::new(),
            // whoever signs in or registers has not signed in yet: that says nothing
            _ if action.is_some_and(is_way_in) => String::new(),
            _ if action.is_some_and(is_by_link) => t.by_link.to_owned(),
            _ if entry.ip.is_empty() => t.by_server.to_owned(),
            _ => t.by_nobody.to_owned(),
        };
        let named = entry.object_id.and_then(|id| Some((id, names.get(&id)?.clone())));
        let mut sentence = action.map_or(entry.action, |action| sentence_of(action, language).to_owned());
        if named.is_some() {
            sentence.push_str(t.colon);
        }
        Self {
            icon: action.map_or("info", icon_of),
            sentence,
            is_grave: action.is_some_and(is_grave),
            at: entry.created_at.into(),
            program: short_program(&entry.user_agent),
            ip: entry.ip,
            by,
            key: named.as_ref().filter(|_| entry.object_type == "key").map(|(id, _)| id.to_string()),
            name: named.map(|(_, name)| name).unwrap_or_default(),
            seq: entry.seq,
            request_id: entry.request_id,
            user_agent: entry.user_agent,
            details: told(details, names, language),
        }
    }
}

/// The details in the order in which people read them; last those that only a newer program knows.
fn told(mut details: Map<String, Value>, names: &HashMap<Uuid, String>, language: Language) -> Vec<Told> {
    let amount = (text_of(&details, Detail::Currency), details.get(Detail::Amount.as_str()).and_then(Value::as_i64));
    let mut all = Vec::new();
    for detail in Detail::ALL.iter().copied() {
        let Some(value) = details.remove(detail.as_str()) else { continue };
        let named = value.as_str().and_then(|id| names.get(&Uuid::try_parse(id).ok()?));
        let text = match (detail, &amount) {
            (Detail::Amount, (Some(currency), Some(amount))) => money(*amount, currency, language),
            // it stands in the amount
            (Detail::Currency, (_, Some(_))) => continue,
            (Detail::Program, _) if named.is_some() => named.cloned().unwrap_or_default(),
            _ => detail_text(detail, &value, language),
        };
        let is_code = is_code(detail) && named.is_none();
        all.push(Told { name: detail_name(detail, language).to_owned(), text, is_code });
    }
    all.extend(details.into_iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Told { name, text, is_code: true }
    }));
    all.retain(|told| !told.text.is_empty());
    all
}

fn text_of(details: &Map<String, Value>, detail: Detail) -> Option<String> {
    details.get(detail.as_str()).and_then(Value::as_str).map(str::to_owned)
}

fn is_code(detail: Detail) -> bool {
    matches!(
        detail,
        Detail::Customer
            | Detail::Event
            | Detail::Invoice
            | Detail::Kept
            | Detail::Prices
            | Detail::Program
            | Detail::Session
            | Detail::Subscription
            | Detail::Type
    )
}

/// Refuses days of which the last one comes before the first.
pub(super) fn in_order(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Result<()> {
    if since.zip(until).is_none_or(|(since, until)| since <= until) {
        return Ok(());
    }
    let kind = FaultKind::Conflict(
        "This day comes before the other one: swap the two.",
        "Ce jour précède l’autre : échangez les deux.",
    );
    Err(Error::fault(Fault::new("until", kind)))
}

fn icon_of(action: Action) -> &'static str {
    match action {
        _ if is_grave(action) => "warning",
        Action::KeyRevealed => "eye",
        Action::KeyRotated | Action::KeyRestored => "rotate",
        Action::KeyRevoked | Action::TokenRevoked | Action::TokensRevoked => "trash",
        Action::KeysImported => "import",
        Action::KeysExported => "export",
        Action::AddressVerified => "mail",
        Action::SessionEnded | Action::SessionsEnded => "out",
        _ => match action.group() {
            ActionGroup::Keys => "key",
            ActionGroup::Tokens => "token",
            ActionGroup::SignIns => "lock",
            ActionGroup::Security => "security",
            ActionGroup::Account => "settings",
            ActionGroup::Billing => "billing",
        },
    }
}

fn is_way_in(action: Action) -> bool {
    matches!(
        action,
        Action::SignedIn
            | Action::AccountCreated
            | Action::SecondFactorAsked
            | Action::RecoveryCodeUsed
            | Action::DeviceApproved
            | Action::PasswordRehashed
    )
}

/// What nobody does but with the link of a mail that the owner got.
fn is_by_link(action: Action) -> bool {
    matches!(
        action,
        Action::AddressVerified
            | Action::AddressChanged
            | Action::AddressChangeUndone
            | Action::AccountDisowned
            | Action::PasswordReset
    )
}

fn is_grave(action: Action) -> bool {
    matches!(
        action,
        Action::SignInRefused
            | Action::SecondFactorRefused
            | Action::PasswordRefused
            | Action::RefreshTokenReused
            | Action::KeyRevealFailed
            | Action::PaymentFailed
            | Action::AccountDisabled
    )
}

/// A program by the name that people know it by: `Firefox, Linux`; else the first word of what it says of itself.
pub(super) fn short_program(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let known =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    if user_agent.starts_with("Mozilla/") {
        let parts = [known(&BROWSERS), known(&SYSTEMS)];
        let named: Vec<_> = parts.into_iter().flatten().collect();
        if !named.is_empty() {
            return named.join(", ");
        }
    }
    user_agent.split_whitespace().next().unwrap_or_default().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_the_names_that_people_know() {
        for (said, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/139.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1",
                "Safari, iPhone",
            ),
            ("vk/1.2.0 linux", "vk/1.2.0"),
            ("", ""),
        ] {
            assert_eq!(short_program(said), name);
        }
    }
}
