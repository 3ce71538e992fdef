//! What was done to a key, by whom and from where, in words.

use super::super::{stamp::Moment, visit::Visit};
use crate::{
    core::texts::console::KeyTexts,
    models::audit::{Action, Entry},
};

/// The longest name of a program that is shown.
const MOST_AGENT: usize = 60;

/// An act.
pub(super) struct Act {
    pub(super) what: String,
    pub(super) who: &'static str,
    pub(super) when: Moment,
    /// The address; empty where there is none.
    pub(super) address: String,
    /// The program.
    pub(super) agent: String,
}

impl Act {
    /// The act that an entry tells of.
    pub(super) fn of(visit: &Visit, t: &'static KeyTexts, entry: Entry) -> Self {
        let is_own = entry.actor_id.is_some_and(|actor| visit.ctx.account().is_ok_and(|own| own.0 == actor));
        let who = match entry.actor_id {
            None => t.vault,
            Some(_) if is_own && entry.details.contains("\"token_id\"") => t.program,
            Some(_) if is_own => t.you,
            Some(_) => t.staff,
        };
        let what = Action::try_from(entry.action.clone()).ok().and_then(|action| word(t, action));
        Self {
            what: what.map_or(entry.action, str::to_owned),
            who,
            when: entry.created_at.into(),
            address: entry.ip,
            agent: entry.user_agent.chars().take(MOST_AGENT).collect(),
        }
    }
}

fn word(t: &KeyTexts, action: Action) -> Option<&'static str> {
    Some(match action {
        Action::KeyCreated => t.act_created,
        Action::KeyUpdated => t.act_updated,
        Action::KeyRevealed => t.act_revealed,
        Action::KeyRevealFailed => t.act_reveal_failed,
        Action::KeyRevoked => t.act_revoked,
        Action::KeyRotated => t.act_rotated,
        Action::KeyRestored => t.act_restored,
        Action::KeyGraceEnded => t.act_grace_ended,
        _ => return None,
    })
}
