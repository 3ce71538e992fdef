//! How many keys the plan has room for: told before anybody pastes a value, where there is none or little left.

use super::visit::Visit;
use crate::{
    core::{
        error::Result,
        texts::console::{PlanFor, RoomTexts, few_left, plan_is_full},
    },
    services::api_keys,
};

/// With so much room, or less, it is told how much.
const FEW: i64 = 3;

/// What a page tells of the room; nothing where there is enough.
pub(super) struct Room {
    pub(super) t: &'static RoomTexts,
    /// That there is none, and what to do; else empty.
    pub(super) full: String,
    /// How little there is; else empty.
    pub(super) few: String,
    /// Whether something is typed already, which must not be left for another page.
    pub(super) has_typed: bool,
}

impl Room {
    /// Whether there is none.
    pub(super) fn is_full(&self) -> bool {
        !self.full.is_empty()
    }

    /// Of the member's plan, for a page where this is done.
    ///
    /// # Errors
    /// As the service.
    pub(super) async fn read(visit: &Visit, for_: PlanFor) -> Result<Self> {
        let language = visit.ctx.client().language;
        let (mut full, mut few) = (String::new(), String::new());
        match api_keys::room(&visit.ctx).await? {
            Some(room) if room.left() == 0 => full = plan_is_full(language, room, for_),
            Some(room) if room.left() <= FEW => few = few_left(language, room),
            _ => {}
        }
        Ok(Self { t: RoomTexts::of(language), full, few, has_typed: for_ == PlanFor::KeyTyped })
    }
}
