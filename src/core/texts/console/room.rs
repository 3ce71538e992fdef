//! How much room the plan has for more keys.

use super::{counted, grouped};
use crate::{core::language::Language, models::key_requests::PlanRoom};

texts! {
    /// The ways out of a full plan.
    RoomTexts {
        title: "Your plan is full" | "Votre formule est pleine",
        plans: "See the plans" | "Voir les formules",
        keys: "Choose keys to revoke" | "Choisir des clés à révoquer",
        plans_tab: "See the plans (in a new tab)" | "Voir les formules (dans un nouvel onglet)",
        keys_tab: "See the keys (in a new tab)" | "Voir les clés (dans un nouvel onglet)",
    }
}

/// What somebody needs the room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFor {
    /// A key of which nothing is typed yet.
    Key,
    /// A key that is typed already.
    KeyTyped,
    /// A file of keys.
    File,
}

/// That the plan has no room for another key, and what can be done.
#[must_use]
pub fn plan_is_full(language: Language, room: PlanRoom, for_: PlanFor) -> String {
    let used = grouped(language, room.used);
    match language {
        Language::English => {
            let limit = counted(language, room.limit, "active key", "active keys");
            let way_out = match for_ {
                PlanFor::Key => {
                    "Before you add another one, revoke one that you no longer need, or choose a larger plan."
                }
                PlanFor::KeyTyped => {
                    "Revoke one that you no longer need, or choose a larger plan. What you typed is kept below."
                }
                PlanFor::File => {
                    "A file can still bring new values for keys that you have; for new keys, revoke some that you no longer need, or choose a larger plan."
                }
            };
            format!("It allows {limit}, and you have {used}. {way_out}")
        }
        Language::French => {
            let limit = counted(language, room.limit, "clé active", "clés actives");
            let way_out = match for_ {
                PlanFor::Key => {
                    "Avant d’en ajouter une autre, révoquez-en une dont vous n’avez plus besoin, ou choisissez une formule plus large."
                }
                PlanFor::KeyTyped => {
                    "Révoquez-en une dont vous n’avez plus besoin, ou choisissez une formule plus large. Votre saisie est gardée ci-dessous."
                }
                PlanFor::File => {
                    "Un fichier peut encore apporter de nouvelles valeurs à vos clés ; pour de nouvelles clés, révoquez-en dont vous n’avez plus besoin, ou choisissez une formule plus large."
                }
            };
            format!("Elle admet {limit}, et vous en avez {used}. {way_out}")
        }
    }
}

/// How little room is left.
#[must_use]
pub fn few_left(language: Language, room: PlanRoom) -> String {
    let (left, limit) = (room.left(), grouped(language, room.limit));
    match (language, left) {
        (Language::English, 1) => format!("Your plan has room for 1 more key, of {limit}."),
        (Language::English, _) => format!("Your plan has room for {left} more keys, of {limit}."),
        (Language::French, 1) => format!("Il reste 1 place sur {limit} dans votre formule."),
        (Language::French, _) => format!("Il reste {left} places sur {limit} dans votre formule."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_told_with_the_right_plurals() {
        let room = |limit, used| PlanRoom { limit, used };

        assert_eq!(few_left(Language::English, room(25, 24)), "Your plan has room for 1 more key, of 25.");
        assert_eq!(few_left(Language::French, room(25, 22)), "Il reste 3 places sur 25 dans votre formule.");
        let full = plan_is_full(Language::English, room(1, 1), PlanFor::Key);
        assert!(full.starts_with("It allows 1 active key, and you have 1. Before"), "{full}");
        let full = plan_is_full(Language::French, room(25, 40), PlanFor::File);
        assert!(full.starts_with("Elle admet 25 clés actives, et vous en avez 40. Un fichier"), "{full}");
    }
}
