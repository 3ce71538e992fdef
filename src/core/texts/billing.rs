//! What PRO costs, in words; and the texts of the pages where somebody comes back to from Stripe.

use super::money::money;
use crate::{
    core::language::Language,
    models::billing::{Interval, Price},
};

/// What it costs, as `€9.00 per month`.
#[must_use]
pub fn price(language: Language, price: &Price) -> String {
    let amount = money(price.amount, &price.currency, language);
    let count = price.count;
    let every = match (language, price.every) {
        (Language::English, every) if count == 1 => format!("per {}", every.as_str()),
        (Language::English, every) => format!("every {count} {}s", every.as_str()),
        (Language::French, Interval::Day) if count == 1 => "par jour".into(),
        (Language::French, Interval::Day) => format!("tous les {count} jours"),
        (Language::French, Interval::Week) if count == 1 => "par semaine".into(),
        (Language::French, Interval::Week) => format!("toutes les {count} semaines"),
        (Language::French, Interval::Month) if count == 1 => "par mois".into(),
        (Language::French, Interval::Month) => format!("tous les {count} mois"),
        (Language::French, Interval::Year) if count == 1 => "par an".into(),
        (Language::French, Interval::Year) => format!("tous les {count} ans"),
    };
    format!("{amount} {every}")
}

/// The headings and sentences, and the way on.
#[derive(Clone, Copy, Debug)]
pub struct BackTexts {
    /// It was paid.
    pub pro: &'static str,
    /// What that means.
    pub pro_sentence: &'static str,
    /// It is not known yet.
    pub waiting: &'static str,
    /// What happens next.
    pub waiting_sentence: &'static str,
    /// Nobody here began it.
    pub unknown: &'static str,
    /// What to do.
    pub unknown_sentence: &'static str,
    /// It was given up.
    pub cancelled: &'static str,
    /// That nothing was charged.
    pub cancelled_sentence: &'static str,
    /// The way to the plan and the invoices.
    pub invoices: &'static str,
    /// The way to the first page.
    pub home: &'static str,
}

/// The texts.
#[must_use]
pub fn back(language: Language) -> BackTexts {
    match language {
        Language::English => BackTexts {
            pro: "Your plan is now PRO",
            pro_sentence: "Thank you. Your payment has arrived, and your vault no longer limits how many keys it holds. The invoice appears in your list of invoices and comes by mail.",
            waiting: "Your payment is being confirmed",
            waiting_sentence: "Stripe has not confirmed it yet. That usually takes a few seconds: wait a moment and reload this page. PRO turns on by itself once the payment is confirmed; please do not pay twice.",
            unknown: "Unknown checkout",
            unknown_sentence: "This address belongs to no checkout that was begun here, or to one that was replaced by a newer one. The billing page says which plan you have.",
            cancelled: "Nothing was charged",
            cancelled_sentence: "You left the payment page. Your account is as it was; you can subscribe whenever you like.",
            invoices: "See your plan and invoices",
            home: "Continue to Vault API",
        },
        Language::French => BackTexts {
            pro: "Votre formule est maintenant PRO",
            pro_sentence: "Merci. Votre paiement est arrivé, et votre coffre ne limite plus le nombre de vos clés. La facture apparaît dans la liste de vos factures et vous arrive par e-mail.",
            waiting: "Votre paiement est en cours de confirmation",
            waiting_sentence: "Stripe ne l’a pas encore confirmé. Cela prend en général quelques secondes : patientez un instant, puis rechargez cette page. PRO s’active de lui-même dès la confirmation ; ne payez pas deux fois.",
            unknown: "Paiement inconnu",
            unknown_sentence: "Cette adresse ne correspond à aucun paiement commencé ici, ou à un paiement remplacé par un plus récent. Votre formule est indiquée sur la page de facturation.",
            cancelled: "Rien n’a été débité",
            cancelled_sentence: "Vous avez quitté la page de paiement. Votre compte est inchangé ; vous pourrez vous abonner quand vous le voudrez.",
            invoices: "Voir votre formule et vos factures",
            home: "Continuer vers Vault API",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_in_the_person_s_way_of_writing_and_with_its_time() {
        let told =
            |every, count, language| price(language, &Price { amount: 900, currency: "eur".into(), every, count });

        assert_eq!(told(Interval::Month, 1, Language::English), "€9.00 per month");
        assert_eq!(told(Interval::Month, 1, Language::French), "9,00\u{a0}€ par mois");
        assert_eq!(told(Interval::Year, 1, Language::French), "9,00\u{a0}€ par an");
        assert_eq!(told(Interval::Week, 2, Language::English), "€9.00 every 2 weeks");
        assert_eq!(told(Interval::Week, 2, Language::French), "9,00\u{a0}€ toutes les 2 semaines");
    }
}
