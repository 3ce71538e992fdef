//! What each mail says, in French.

use chrono::{DateTime, Datelike as _, Utc};

use super::{Content, Particulars, amount, clean, expiring::Expiring, masked};
use crate::{
    core::{language::Language, texts::console::FEW_CODES},
    models::mail::MailKind,
};

const NOT_YOU_PASSWORD: &str = "Si ce n’était pas vous, choisissez sans attendre un nouveau mot de passe (« mot de passe oublié » sur la page de connexion) et vérifiez vos sessions.";
const OPEN: &str = "Ouvrir Vault API";

pub(super) fn content(of: &Particulars) -> Content {
    let mail = of.mail;
    let detail = |name: &str, most| clean(mail.detail(name), most);
    match mail.kind {
        MailKind::Recovery => Content::new("Choisir un nouveau mot de passe pour Vault API", "Choisir un mot de passe")
            .says("Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour le compte Vault API de cette adresse.")
            .about_link(format!("Le lien sert une fois, pendant {} minutes. Toutes vos sessions seront fermées.", of.minutes))
            .otherwise("Si ce n’était pas vous, ne faites rien : votre mot de passe reste inchangé."),
        MailKind::VerifyAddress => Content::new("Confirmez votre adresse pour Vault API", "Confirmer cette adresse")
            .says("Un compte Vault API a été créé avec cette adresse. Merci de confirmer qu’elle est bien à vous.")
            .about_link("Le lien sert une fois, pendant un temps limité ; vous pourrez en demander un autre après votre connexion.")
            .otherwise("Si vous n’avez pas créé de compte, quelqu’un d’autre l’a fait avec votre adresse : ouvrez ce lien et choisissez « Ce n’était pas moi » pour le faire supprimer."),
        MailKind::AccountExists => Content::new("Vous avez déjà un compte Vault API", OPEN)
            .says("Quelqu’un, sans doute vous, a voulu s’inscrire à Vault API avec cette adresse. Elle a déjà un compte, et rien n’a changé.")
            .says("Connectez-vous comme d’habitude. Si vous avez oublié le mot de passe, demandez-en un nouveau sur la page de connexion.")
            .otherwise("Si ce n’était pas vous, il n’y a rien à faire : personne n’a appris que cette adresse a un compte."),
        MailKind::PasswordChanged => password_changed(of),
        MailKind::ConfirmAddress => Content::new("Confirmez votre nouvelle adresse pour Vault API", "Confirmer cette adresse")
            .says("Cette adresse a été indiquée comme la nouvelle adresse d’un compte Vault API. Elle prendra effet une fois confirmée.")
            .about_link("Le lien sert une fois, pendant un temps limité.")
            .otherwise("Si vous n’êtes pas au courant, ne faites rien : l’adresse ne sera pas utilisée."),
        MailKind::AddressChanged if mail.detail("address") == mail.address.as_str() => Content::new("Voici désormais l’adresse de votre compte Vault API", OPEN)
            .says("Votre compte Vault API a désormais cette adresse : connectez-vous avec elle. L’ancienne en a été avertie, et peut annuler le changement pendant trois jours.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::AddressChanged => Content::new("L’adresse de votre compte Vault API a été changée", "Annuler le changement")
            .says(format!("Votre compte Vault API a désormais l’adresse {}. Ce message part à l’ancienne.", masked(mail.detail("address"))))
            .about_link("Si vous n’avez pas voulu ce changement, le lien l’annule. Il sert pendant trois jours.")
            .otherwise("Si c’était vous, il n’y a rien à faire."),
        MailKind::NewDevice => Content::new("Nouvelle connexion à votre compte Vault API", OPEN)
            .says("Une connexion à votre compte Vault API vient d’un appareil que nous n’avions encore jamais vu.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::RefreshTokenReused => Content::new("Nous avons fermé une session de votre compte Vault API", OPEN)
            .says("Un jeton qui avait déjà servi a été présenté une seconde fois. Il a peut-être été copié : nous avons fermé la session à laquelle il appartient.")
            .says("Connectez-vous à nouveau pour continuer. Si vous n’avez rien fait d’inhabituel, vérifiez vos sessions et changez de mot de passe.")
            .otherwise("Une de vos applications, restaurée d’une sauvegarde ou lancée deux fois, peut aussi en être la cause."),
        MailKind::SecondFactorOn => Content::new("Le second facteur est activé", OPEN)
            .says("La connexion à votre compte Vault API demande désormais un code en plus du mot de passe. Gardez vos codes de récupération en lieu sûr.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::SecondFactorOff => Content::new("Le second facteur est désactivé", OPEN)
            .says("La connexion à votre compte Vault API ne demande plus de code : seul le mot de passe le protège.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::RecoveryCodeUsed => recovery_code_used(of),
        MailKind::RoleChanged => Content::new("Votre rôle dans Vault API a changé", OPEN)
            .says(format!("Un administrateur a donné à votre compte le rôle « {} ». Il s’applique dès maintenant.", detail("role", 40)))
            .otherwise("Si cela vous surprend, adressez-vous à votre administrateur."),
        MailKind::AccountDisabled => Content::new("Votre compte Vault API a été désactivé", OPEN)
            .says("Un administrateur a désactivé votre compte. Ses sessions sont fermées, et personne ne peut s’y connecter tant qu’il n’est pas réactivé. Vos clés sont conservées.")
            .otherwise("Si cela vous surprend, adressez-vous à votre administrateur."),
        MailKind::AccountEnabled => Content::new("Votre compte Vault API est réactivé", OPEN)
            .says("Un administrateur a réactivé votre compte. Vous pouvez vous connecter comme avant."),
        MailKind::KeyExpiring => expiring(of),
        MailKind::InvoicePaid => invoice_paid(of),
        MailKind::PaymentFailed => payment_failed(of),
        MailKind::ProEnded => pro_ended(of),
    }
}

pub(super) fn test(way: &str) -> Content {
    Content::new("Message d’essai de Vault API", OPEN)
        .says("Ce message a été envoyé par « vault-api mail test ». Si vous le lisez, les messages partent du serveur comme il faut.")
        .says(format!("Le chemin qu’il a pris : {way}."))
}

fn password_changed(of: &Particulars) -> Content {
    let content = Content::new("Votre mot de passe Vault API a été changé", OPEN)
        .says("Le mot de passe de votre compte Vault API a été changé, et ses autres sessions ont été fermées.")
        .otherwise("Si ce n’était pas vous, récupérez le compte sans attendre : « mot de passe oublié » sur la page de connexion.");
    if of.mail.detail("second_factor").is_empty() {
        return content;
    }
    content.says("Le second facteur a été désactivé avec lui : il datait d’avant la confirmation de cette adresse. Réactivez-le sur la page de sécurité.")
}

fn recovery_code_used(of: &Particulars) -> Content {
    let what = if of.mail.detail("for") == "act" {
        "Un des codes de récupération de votre compte Vault API a servi, à la place d’un code de l’application d’authentification, à confirmer un acte qui le demande."
    } else {
        "Quelqu’un s’est connecté à votre compte Vault API avec un de ses codes de récupération, à la place d’un code de l’application d’authentification."
    };
    let left = of.mail.detail("left").parse::<i64>().ok().map(|left| match left {
        ..=0 => "C’était le dernier. Créez-en de nouveaux dès maintenant : sans l’application et sans code, personne n’entre, pas même vous.".to_owned(),
        1 => "Il en reste 1. Créez-en de nouveaux avant d’en manquer.".to_owned(),
        left if left < FEW_CODES => format!("Il en reste {left}. Créez-en de nouveaux avant d’en manquer."),
        left => format!("Il en reste {left}."),
    });
    Content::new("Un code de récupération de votre compte Vault API a servi", "Gérer vos codes de récupération")
        .says(left.map_or_else(|| what.to_owned(), |left| format!("{what} {left}")))
        .otherwise("Si ce n’était pas vous, quelqu’un connaît votre mot de passe et détient vos codes de récupération. Choisissez sans attendre un nouveau mot de passe (« mot de passe oublié » sur la page de connexion), puis créez de nouveaux codes de récupération sur la page de sécurité : les anciens ne comptent plus.")
}

fn invoice_paid(of: &Particulars) -> Content {
    let number = clean(of.mail.detail("number"), 40);
    let number = if number.is_empty() { number } else { format!(" pour la facture {number}") };
    Content::new("Votre facture Vault API est payée", if of.leads_to_invoice() { "Voir la facture" } else { OPEN })
        .says(format!("Merci : nous avons bien reçu votre paiement de {}{number}.", amount(Language::French, of.mail)))
}

fn payment_failed(of: &Particulars) -> Content {
    let (button, what_to_do) = if of.leads_to_invoice() {
        ("Payer la facture", "Vous pouvez régler la facture sur sa page, avec une autre carte si vous le souhaitez.")
    } else {
        (OPEN, "Connectez-vous pour vérifier votre moyen de paiement et le changer.")
    };
    Content::new("Votre paiement Vault API n’a pas abouti", button)
        .says(format!("Le paiement de {} pour votre formule PRO a été refusé.", amount(Language::French, of.mail)))
        .says(what_to_do)
        .says("D’ici là, votre formule reste en place, et vos clés aussi. Si la facture reste impayée, le compte finira par revenir à la formule FREE ; aucune clé ne sera perdue.")
}

fn pro_ended(of: &Particulars) -> Content {
    let over_limit = match of.mail.detail("limit").parse::<i64>() {
        Ok(limit @ 0..=1) => format!(
            "La formule FREE permet {limit} clé active. Celles que vous avez en plus restent lisibles et révocables ; seules les nouvelles sont refusées."
        ),
        Ok(limit) => format!(
            "La formule FREE permet {limit} clés actives. Celles que vous avez en plus restent lisibles et révocables ; seules les nouvelles sont refusées."
        ),
        Err(_) => "Chaque clé reste lisible et révocable.".into(),
    };
    Content::new("Votre formule PRO de Vault API a pris fin", OPEN)
        .says("Votre compte est passé à la formule FREE. Toutes vos clés sont encore là : rien n’a été supprimé.")
        .says(over_limit)
        .says("Pour revenir, connectez-vous et abonnez-vous de nouveau à PRO : vous retrouverez tout en l’état.")
}

/// One key by its name, or several in a list.
fn expiring(of: &Particulars) -> Content {
    const RENEW_ALL: &str = "Renouvelez-les, ou choisissez des dates plus lointaines, avant que les programmes qui s’en servent ne s’arrêtent.";
    let keys = Expiring::of(of.mail);
    if keys.count > 1 {
        let within = if keys.within == 1 { "d’ici un jour".into() } else { format!("d’ici {} jours", keys.within) };
        let mut listed: Vec<_> = keys.named.iter().map(|(name, at)| format!("« {name} » : {}", moment(*at))).collect();
        match keys.others() {
            0 => {}
            1 => listed.push("et une autre".into()),
            others => listed.push(format!("et {others} autres")),
        }
        return Content::new(format!("{} de vos clés expirent {within}", keys.count), OPEN)
            .says("À partir du moment indiqué après son nom, une clé ne sera plus acceptée :")
            .lists(listed)
            .says(RENEW_ALL);
    }
    let (name, left) = (clean(of.mail.detail("name"), 140), days(&clean(of.mail.detail("days"), 10)));
    let on = keys.moment().map(|at| format!(", le {}", moment(at))).unwrap_or_default();
    Content::new(format!("Votre clé « {} » expire {left}", clean(&name, 40)), OPEN)
        .says(format!("La clé « {name} » expire {left}{on}. Dès lors, elle ne sera plus acceptée."))
        .says("Renouvelez-la, ou choisissez une date plus lointaine, avant que les programmes qui s’en servent ne s’arrêtent.")
}

fn days(number: &str) -> String {
    match number {
        "0" => "aujourd’hui".into(),
        "1" => "demain".into(),
        "" => "bientôt".into(),
        other => format!("dans {other} jours"),
    }
}

/// As in `22 novembre 2026 à 16:05 UTC`.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    let month = match at.month() {
        1 => "janvier",
        2 => "février",
        3 => "mars",
        4 => "avril",
        5 => "mai",
        6 => "juin",
        7 => "juillet",
        8 => "août",
        9 => "septembre",
        10 => "octobre",
        11 => "novembre",
        _ => "décembre",
    };
    format!("{} {month} {} à {}", at.day(), at.year(), at.format("%H:%M UTC"))
}
