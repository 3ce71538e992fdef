//! What each mail says, in English.

use chrono::{DateTime, Utc};

use super::{Content, Particulars, amount, clean, expiring::Expiring, masked};
use crate::{
    core::{language::Language, texts::console::FEW_CODES},
    models::mail::MailKind,
};

const NOT_YOU_PASSWORD: &str = "If it was not you, set a new password at once (“forgot password” on the sign-in page) and look through your sessions.";
const OPEN: &str = "Open Vault API";

pub(super) fn content(of: &Particulars) -> Content {
    let mail = of.mail;
    let detail = |name: &str, most| clean(mail.detail(name), most);
    match mail.kind {
        MailKind::Recovery => Content::new("Set a new password for Vault API", "Choose a new password")
            .says("Somebody, probably you, asked to set a new password for the Vault API account of this address.")
            .about_link(format!("The link works once, for {} minutes. All your sessions will end.", of.minutes))
            .otherwise("If it was not you, do nothing: your password stays as it is."),
        MailKind::VerifyAddress => Content::new("Confirm your address for Vault API", "Confirm this address")
            .says("An account at Vault API was made with this address. Please confirm that the address is yours.")
            .about_link("The link works once, for a limited time; you can ask for another one after signing in.")
            .otherwise("If you did not make an account, somebody else did with your address: open this link and choose “I did not register” to have it deleted."),
        MailKind::AccountExists => Content::new("You already have a Vault API account", OPEN)
            .says("Somebody, probably you, tried to register at Vault API with this address. It has an account already, and nothing was changed.")
            .says("Sign in as usual. If you do not remember the password, ask for a new one on the sign-in page.")
            .otherwise("If it was not you, there is nothing to do: nobody learnt that this address has an account."),
        MailKind::PasswordChanged => password_changed(of),
        MailKind::ConfirmAddress => Content::new("Confirm your new address for Vault API", "Confirm this address")
            .says("This address was given as the new one of a Vault API account. It takes effect once you confirm it.")
            .about_link("The link works once, for a limited time.")
            .otherwise("If you know nothing about it, do nothing: the address will not be used."),
        MailKind::AddressChanged if mail.detail("address") == mail.address.as_str() => Content::new("This is now the address of your Vault API account", OPEN)
            .says("Your Vault API account now has this address: sign in with it from here on. The former one was told, and can take the change back for three days.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::AddressChanged => Content::new("The address of your Vault API account was changed", "Undo the change")
            .says(format!("Your Vault API account now has the address {}. This mail goes to the former one.", masked(mail.detail("address"))))
            .about_link("If you did not want this, the link takes the change back. It works for three days.")
            .otherwise("If it was you, there is nothing to do."),
        MailKind::NewDevice => Content::new("New sign-in to your Vault API account", OPEN)
            .says("Somebody signed in to your Vault API account with a device that we had not seen before.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::RefreshTokenReused => Content::new("We ended a session of your Vault API account", OPEN)
            .says("A token that had already been spent was used again. It may have been copied, so we ended the session that it belongs to.")
            .says("Sign in again to go on. If you did nothing unusual, look through your sessions and set a new password.")
            .otherwise("An app of yours that was restored from a backup, or runs twice, can be the cause too."),
        MailKind::SecondFactorOn => Content::new("The second factor is on", OPEN)
            .says("Signing in to your Vault API account now asks for a code beside the password. Keep your recovery codes in a safe place.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::SecondFactorOff => Content::new("The second factor is off", OPEN)
            .says("Signing in to your Vault API account no longer asks for a code: the password alone protects it.")
            .otherwise(NOT_YOU_PASSWORD),
        MailKind::RecoveryCodeUsed => recovery_code_used(of),
        MailKind::RoleChanged => Content::new("Your role in Vault API was changed", OPEN)
            .says(format!("An administrator gave your account the role “{}”. It holds from now on.", detail("role", 40)))
            .otherwise("If this surprises you, ask your administrator."),
        MailKind::AccountDisabled => Content::new("Your Vault API account was disabled", OPEN)
            .says("An administrator disabled your account. Its sessions have ended, and nobody can sign in to it until it is enabled again. Your keys are kept.")
            .otherwise("If this surprises you, ask your administrator."),
        MailKind::AccountEnabled => Content::new("Your Vault API account is enabled again", OPEN)
            .says("An administrator enabled your account again. You can sign in as before."),
        MailKind::KeyExpiring => expiring(of),
        MailKind::InvoicePaid => invoice_paid(of),
        MailKind::PaymentFailed => payment_failed(of),
        MailKind::ProEnded => pro_ended(of),
    }
}

pub(super) fn test(way: &str) -> Content {
    Content::new("Test mail of Vault API", OPEN)
        .says("This mail was sent by “vault-api mail test”. If you can read it, mails leave the server as they should.")
        .says(format!("The way it took: {way}."))
}

fn password_changed(of: &Particulars) -> Content {
    let content = Content::new("Your Vault API password was changed", OPEN)
        .says("The password of your Vault API account was changed, and its other sessions were ended.")
        .otherwise("If it was not you, recover the account at once: “forgot password” on the sign-in page.");
    if of.mail.detail("second_factor").is_empty() {
        return content;
    }
    content.says("The second factor was turned off with it: it had been set up before this address was confirmed. Turn it on again on the security page.")
}

fn recovery_code_used(of: &Particulars) -> Content {
    let what = if of.mail.detail("for") == "act" {
        "One of the recovery codes of your Vault API account was used, in place of a code of the authenticator app, to confirm an act that asks for it."
    } else {
        "Somebody signed in to your Vault API account with one of its recovery codes, in place of a code of the authenticator app."
    };
    let left = of.mail.detail("left").parse::<i64>().ok().map(|left| match left {
        ..=0 => {
            "That was the last one. Make new ones now: without the app and without a code nobody gets in, not even you."
                .to_owned()
        }
        1 => "1 is left. Make new ones before you run out.".to_owned(),
        left if left < FEW_CODES => format!("{left} are left. Make new ones before you run out."),
        left => format!("{left} are left."),
    });
    Content::new("A recovery code of your Vault API account was used", "Manage your recovery codes")
        .says(left.map_or_else(|| what.to_owned(), |left| format!("{what} {left}")))
        .otherwise("If it was not you, somebody knows your password and has your recovery codes. Set a new password at once (“forgot password” on the sign-in page), then make new recovery codes on the security page: the old ones count no more.")
}

fn invoice_paid(of: &Particulars) -> Content {
    let number = clean(of.mail.detail("number"), 40);
    let number = if number.is_empty() { number } else { format!(" for the invoice {number}") };
    Content::new("Your Vault API invoice is paid", if of.leads_to_invoice() { "See the invoice" } else { OPEN })
        .says(format!("Thank you: we received your payment of {}{number}.", amount(Language::English, of.mail)))
}

fn payment_failed(of: &Particulars) -> Content {
    let (button, what_to_do) = if of.leads_to_invoice() {
        ("Pay the invoice", "You can pay the invoice on its page, with another card if you like.")
    } else {
        (OPEN, "Sign in to look at your means of payment and to change it.")
    };
    Content::new("Your Vault API payment did not go through", button)
        .says(format!("The payment of {} for your PRO plan was refused.", amount(Language::English, of.mail)))
        .says(what_to_do)
        .says("Until then your plan stays as it is, and so do your keys. If the invoice stays unpaid, the account goes back to the FREE plan in the end; no key is lost.")
}

fn pro_ended(of: &Particulars) -> Content {
    let over_limit = match of.mail.detail("limit").parse::<i64>() {
        Ok(1) => "The FREE plan has room for one active key. Those you have beyond it stay readable and revocable; only new ones are refused.".into(),
        Ok(limit) => format!("The FREE plan has room for {limit} active keys. Those you have beyond it stay readable and revocable; only new ones are refused."),
        Err(_) => "Every key stays readable and revocable.".into(),
    };
    Content::new("Your Vault API PRO plan has ended", OPEN)
        .says("Your account is on the FREE plan from now on. All your keys are still there: nothing was deleted.")
        .says(over_limit)
        .says("To come back, sign in and subscribe to PRO again. You will find everything as you left it.")
}

/// One key by its name, or several in a list.
fn expiring(of: &Particulars) -> Content {
    const RENEW_ALL: &str = "Rotate them, or set later dates, before programs that use them stop working.";
    let keys = Expiring::of(of.mail);
    if keys.count > 1 {
        let within = if keys.within == 1 { "one day".into() } else { format!("{} days", keys.within) };
        let mut listed: Vec<_> = keys.named.iter().map(|(name, at)| format!("“{name}”: {}", moment(*at))).collect();
        if keys.others() > 0 {
            listed.push(format!("and {} more", keys.others()));
        }
        return Content::new(format!("{} of your keys expire within {within}", keys.count), OPEN)
            .says("From the moment that stands behind its name, a key is no longer accepted:")
            .lists(listed)
            .says(RENEW_ALL);
    }
    let (name, left) = (clean(of.mail.detail("name"), 140), days(&clean(of.mail.detail("days"), 10)));
    let on = keys.moment().map(|at| format!(", on {}", moment(at))).unwrap_or_default();
    Content::new(format!("Your key “{}” expires {left}", clean(&name, 40)), OPEN)
        .says(format!("The key “{name}” expires {left}{on}. From then on it is no longer accepted."))
        .says("Rotate it, or set a later date, before programs that use it stop working.")
}

fn days(number: &str) -> String {
    match number {
        "0" => "today".into(),
        "1" => "tomorrow".into(),
        "" => "soon".into(),
        other => format!("in {other} days"),
    }
}

/// As in `22 November 2026, 16:05 UTC`.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}
