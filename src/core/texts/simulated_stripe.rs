//! The texts of the pages that stand in for Stripe's in development.

use chrono::{DateTime, Datelike as _, Utc};

use crate::core::language::Language;

/// What all of these pages say.
#[derive(Clone, Copy, Debug)]
pub struct CommonTexts {
    /// That no money moves.
    pub simulation: &'static str,
    /// Where nothing is under the address.
    pub nothing_here: &'static str,
    /// The heading then.
    pub nothing_title: &'static str,
    /// The way back.
    pub back: &'static str,
    /// The label of the one who pays.
    pub customer: &'static str,
    /// The label of the plan.
    pub plan: &'static str,
    /// The label of a date.
    pub date: &'static str,
    /// The label of an amount.
    pub amount: &'static str,
    /// The label of a state.
    pub status: &'static str,
    /// The label of a number.
    pub number: &'static str,
    /// The label of a period.
    pub period: &'static str,
}

/// What they say.
#[must_use]
pub fn common(language: Language) -> CommonTexts {
    match language {
        Language::English => CommonTexts {
            simulation: "Simulation: this page stands in for Stripe. No card is asked for, and no money moves.",
            nothing_here: "The simulation knows nothing under this address.",
            nothing_title: "Nothing here",
            back: "Back to Vault API",
            customer: "For",
            plan: "Plan",
            date: "Date",
            amount: "Amount",
            status: "Status",
            number: "Number",
            period: "Period",
        },
        Language::French => CommonTexts {
            simulation: "Simulation : cette page remplace Stripe. Aucune carte n’est demandée et aucun argent n’est échangé.",
            nothing_here: "La simulation ne connaît rien à cette adresse.",
            nothing_title: "Il n’y a rien ici",
            back: "Retour à Vault API",
            customer: "Pour",
            plan: "Formule",
            date: "Date",
            amount: "Montant",
            status: "État",
            number: "Numéro",
            period: "Période",
        },
    }
}

/// The texts of the page where somebody subscribes.
#[derive(Clone, Copy, Debug)]
pub struct CheckoutTexts {
    /// The page's heading.
    pub title: &'static str,
    /// What is bought.
    pub what: &'static str,
    /// How it goes on.
    pub renews: &'static str,
    /// The button that pays, before the amount.
    pub pay: &'static str,
    /// The button of a card that is declined.
    pub decline: &'static str,
    /// What the page says then.
    pub declined: &'static str,
    /// The button that gives up.
    pub back: &'static str,
    /// What the page says of a session that is paid.
    pub paid: &'static str,
    /// What it says of one that expired.
    pub expired: &'static str,
}

/// The texts of the page where somebody subscribes.
#[must_use]
pub fn checkout(language: Language) -> CheckoutTexts {
    match language {
        Language::English => CheckoutTexts {
            title: "Subscribe to PRO",
            what: "PRO: as many keys as you like",
            renews: "The subscription renews every month until you cancel it.",
            pay: "Pay",
            decline: "Card is declined",
            declined: "The card was declined. Nothing was paid, and the plan stays as it is.",
            back: "Back",
            paid: "This is paid already. Nothing was paid twice.",
            expired: "This page has expired. Begin anew in Vault API.",
        },
        Language::French => CheckoutTexts {
            title: "S’abonner à PRO",
            what: "PRO : autant de clés que vous voulez",
            renews: "L’abonnement se renouvelle chaque mois jusqu’à ce que vous l’arrêtiez.",
            pay: "Payer",
            decline: "La carte est refusée",
            declined: "La carte a été refusée. Rien n’a été payé, et la formule reste la même.",
            back: "Retour",
            paid: "C’est déjà payé. Rien n’a été payé deux fois.",
            expired: "Cette page a expiré. Recommencez dans Vault API.",
        },
    }
}

/// The texts of the page where somebody looks after a subscription.
#[derive(Clone, Copy, Debug)]
pub struct PortalTexts {
    /// The page's heading.
    pub title: &'static str,
    /// Where there is no subscription.
    pub none: &'static str,
    /// Before the day on which it renews.
    pub renews: &'static str,
    /// Before the day on which it ends.
    pub ends: &'static str,
    /// Before the day on which it ended.
    pub ended: &'static str,
    /// Before the day of the next try.
    pub next_attempt: &'static str,
    /// The heading of what the customer may do.
    pub yours: &'static str,
    /// The button that ends it with the period.
    pub cancel_later: &'static str,
    /// The button that takes this back.
    pub resume: &'static str,
    /// The button that ends it at once.
    pub cancel_now: &'static str,
    /// The button that pays what is open.
    pub pay_open: &'static str,
    /// The heading of what happens elsewhere.
    pub others: &'static str,
    /// What stands below it.
    pub others_hint: &'static str,
    /// The button that ends the period.
    pub end_period: &'static str,
    /// The button that lets the next try come.
    pub try_again: &'static str,
    /// The button after which payments fail.
    pub fail: &'static str,
    /// The button after which they succeed.
    pub succeed: &'static str,
    /// What is said meanwhile.
    pub fails: &'static str,
    /// The button that pays the last payment back.
    pub refund: &'static str,
    /// The heading of the invoices.
    pub invoices: &'static str,
    /// Where there are none.
    pub no_invoice: &'static str,
    /// What the page says after an act.
    pub done: &'static str,
}

/// The texts of the page where somebody looks after a subscription.
#[must_use]
pub fn portal(language: Language) -> PortalTexts {
    match language {
        Language::English => PortalTexts {
            title: "Your subscription",
            none: "There is no subscription.",
            renews: "Renews on",
            ends: "Ends on",
            ended: "Ended on",
            next_attempt: "Next try on",
            yours: "What you can do",
            cancel_later: "Cancel at the end of the period",
            resume: "Keep the subscription",
            cancel_now: "Cancel now",
            pay_open: "Pay the open invoice",
            others: "What else can happen",
            others_hint: "For trying things out: what time, the bank and the seller would do.",
            end_period: "Let the period end now",
            try_again: "Let the next try come now",
            fail: "Let the next payments fail",
            succeed: "Let payments succeed again",
            fails: "The card is declined from now on.",
            refund: "Refund the last payment",
            invoices: "Invoices",
            no_invoice: "No invoice yet.",
            done: "Done.",
        },
        Language::French => PortalTexts {
            title: "Votre abonnement",
            none: "Il n’y a pas d’abonnement.",
            renews: "Se renouvelle le",
            ends: "Se termine le",
            ended: "Terminé le",
            next_attempt: "Prochain essai le",
            yours: "Ce que vous pouvez faire",
            cancel_later: "Arrêter à la fin de la période",
            resume: "Garder l’abonnement",
            cancel_now: "Arrêter maintenant",
            pay_open: "Payer la facture ouverte",
            others: "Ce qui peut aussi arriver",
            others_hint: "Pour essayer : ce que feraient le temps, la banque et le vendeur.",
            end_period: "Terminer la période maintenant",
            try_again: "Passer au prochain essai",
            fail: "Faire échouer les prochains paiements",
            succeed: "Faire réussir les paiements à nouveau",
            fails: "La carte est désormais refusée.",
            refund: "Rembourser le dernier paiement",
            invoices: "Factures",
            no_invoice: "Pas encore de facture.",
            done: "C’est fait.",
        },
    }
}

/// The heading of an invoice's page.
#[must_use]
pub fn invoice_title(language: Language, number: &str) -> String {
    match language {
        Language::English => format!("Invoice {number}"),
        Language::French => format!("Facture {number}"),
    }
}

/// The link to an invoice's file.
#[must_use]
pub fn invoice_pdf(language: Language) -> &'static str {
    match language {
        Language::English => "Open the PDF",
        Language::French => "Ouvrir le PDF",
    }
}

/// A state of a subscription, in words.
#[must_use]
pub fn subscription_status(language: Language, word: &str) -> &'static str {
    match (language, word) {
        (Language::English, "active") => "Active",
        (Language::French, "active") => "Actif",
        (Language::English, "past_due") => "A payment is overdue",
        (Language::French, "past_due") => "Un paiement est en retard",
        (Language::English, "canceled") => "Over",
        (Language::French, "canceled") => "Terminé",
        (Language::English, "unpaid") => "Unpaid",
        (Language::French, "unpaid") => "Impayé",
        (Language::English, _) => "Waits for the first payment",
        (Language::French, _) => "Attend le premier paiement",
    }
}

/// A state of an invoice, in words; `refunded` where it was paid back wholly, `partly_refunded` where in part.
#[must_use]
pub fn invoice_status(language: Language, word: &str) -> &'static str {
    match (language, word) {
        (Language::English, "paid") => "Paid",
        (Language::French, "paid") => "Payée",
        (Language::English, "open") => "Open",
        (Language::French, "open") => "Ouverte",
        (Language::English, "void") => "Void",
        (Language::French, "void") => "Annulée",
        (Language::English, "uncollectible") => "Written off",
        (Language::French, "uncollectible") => "Passée en perte",
        (Language::English, "refunded") => "Refunded",
        (Language::French, "refunded") => "Remboursée",
        (Language::English, "partly_refunded") => "Partly refunded",
        (Language::French, "partly_refunded") => "Remboursée en partie",
        (Language::English, _) => "Draft",
        (Language::French, _) => "Brouillon",
    }
}

/// The way back from an invoice.
#[must_use]
pub fn back_to_billing(language: Language) -> &'static str {
    match language {
        Language::English => "Back to billing",
        Language::French => "Retour à la facturation",
    }
}

/// What a month costs, in words.
#[must_use]
pub fn a_month(language: Language, amount: &str) -> String {
    match language {
        Language::English => format!("{amount} a month"),
        Language::French => format!("{amount} par mois"),
    }
}

/// How far the simulation's clock is ahead, in days; nothing where it is not.
#[must_use]
pub fn ahead(language: Language, days: i64) -> Option<String> {
    match (language, days) {
        (_, ..=0) => None,
        (Language::English, 1) => Some("The simulation’s clock is one day ahead.".into()),
        (Language::English, _) => Some(format!("The simulation’s clock is {days} days ahead.")),
        (Language::French, 1) => Some("L’horloge de la simulation avance d’un jour.".into()),
        (Language::French, _) => Some(format!("L’horloge de la simulation avance de {days} jours.")),
    }
}

/// A day, as in `22 November 2026` and `22 novembre 2026`.
#[must_use]
pub fn day(language: Language, seconds: i64) -> String {
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const FRENCH: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let Some(moment) = DateTime::<Utc>::from_timestamp(seconds, 0) else { return String::new() };
    let months = match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
    };
    let month = usize::try_from(moment.month0()).ok().and_then(|month| months.get(month)).copied().unwrap_or_default();
    match (language, moment.day()) {
        (Language::French, 1) => format!("1er {month} {}", moment.year()),
        (_, day) => format!("{day} {month} {}", moment.year()),
    }
}
