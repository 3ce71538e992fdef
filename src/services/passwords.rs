//! Passwords: what a new one must be, and the check of the one there is.

use zxcvbn::zxcvbn;

use super::{
    audit::{self, Event},
    guesses,
};
use crate::{
    core::{
        context::Context,
        crypto::password::{MOST_CHARACTERS, Verdict},
        error::{Error, Result},
        secret::SecretText,
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{audit::Action, email::Email, ids::UserId, mail_link::LinkPurpose, permission::Permission},
    repositories::{device_logins, login_challenges, login_sessions, mail_links, mail_outbox, password_resets, users},
};

/// A password that needs fewer guesses is too easy: ten million.
const FEWEST_GUESSES_LOG10: f64 = 7.0;
/// How much of a password is judged: the judge takes seconds for long ones made for that, and so much is enough.
const JUDGED_CHARACTERS: usize = 32;

/// What is wrong with a new password, if anything.
///
/// # Errors
/// `Busy` where too many passwords wait to be judged or hashed.
pub async fn fault(ctx: &Context, password: &SecretText, email: &Email, name: &str) -> Result<Option<FaultKind>> {
    let least = ctx.app().config.password_min_length;
    let length = password.expose().chars().count();
    if length < least {
        return Ok(Some(FaultKind::TooShort(least)));
    }
    if length > MOST_CHARACTERS {
        return Ok(Some(FaultKind::TooLong(MOST_CHARACTERS)));
    }
    let (password, email, name) = (password.clone(), email.clone(), name.to_owned());
    let is_common = ctx.app().hasher.run(move || is_too_common(password.expose(), &email, &name)).await?;
    Ok(is_common.then_some(FaultKind::PasswordTooCommon))
}

/// Whether it is on the list of common passwords, made of parts of it, or close to what everybody knows of the person.
fn is_too_common(password: &str, email: &Email, name: &str) -> bool {
    let mut known = vec![email.as_str(), email.local_part(), "vault api", "vaultapi", "vault"];
    known.extend(email.as_str().split(['@', '.', '+', '-', '_']).filter(|part| part.len() > 2));
    known.push(name);
    known.extend(name.split_whitespace());
    // what is left of it without what everybody knows
    let lower = password.to_lowercase();
    let mut parts: Vec<String> = known.iter().map(|part| part.to_lowercase()).collect();
    parts.retain(|part| part.chars().count() > 3);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let rest = parts.iter().fold(lower.clone(), |rest, part| rest.replace(part, ""));
    let is_close = rest != lower && rest.chars().filter(|letter| letter.is_alphanumeric()).count() < 6;
    let judged: String = password.chars().take(JUDGED_CHARACTERS).collect();
    is_close || zxcvbn(&judged, &known).guesses_log10() < FEWEST_GUESSES_LOG10
}

/// How often an act is tried again whose password's hash changed meanwhile.
pub(super) const TRIES: usize = 3;

/// Checks the member's own password, as for an act that asks for it again.
///
/// # Errors
/// `wrong_password`, which is recorded; `TooMany` after several.
pub(super) async fn confirm(ctx: &Context, password: &SecretText) -> Result<String> {
    let account = ctx.account()?;
    let stored = users::find_password(&mut ctx.db().read().await?, account).await?.ok_or(Code::Unauthenticated)?;
    match guesses::confirm(ctx, password, stored.clone()).await? {
        Verdict::Right | Verdict::RightButOld => Ok(stored),
        Verdict::Wrong => {
            let mut tx = ctx.write_for(Some(account)).await?;
            audit::record(&mut tx, ctx, Event::on_account(Action::PasswordRefused, Some(account))).await?;
            tx.commit().await?;
            Err(Code::WrongPassword.into())
        }
    }
}

/// Holds an account whose password was confirmed against the hash `confirmed`, for the rest of the transaction.
///
/// # Errors
/// `wrong_password` where the password was changed or reset meanwhile.
pub(super) async fn still(tx: &mut crate::core::database::Writer, account: UserId, confirmed: &str) -> Result<()> {
    users::lock(tx, account).await?;
    if users::find_password(&mut *tx, account).await?.as_deref() != Some(confirmed) {
        return Err(Code::WrongPassword.into());
    }
    Ok(())
}

/// Changes the member's own password and ends the other sessions.
///
/// # Errors
/// `wrong_password`; a fault of `new_password`.
pub async fn change(ctx: &Context, current: &SecretText, new: &SecretText) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    let member = ctx.member()?;
    // first the cheap refusal: a wrong password must not cost two hashes
    let mut before = confirm(ctx, current).await?;
    if let Some(kind) = fault(ctx, new, &member.user.email, &member.user.name).await? {
        return Err(Error::fault(Fault::new("new_password", kind)));
    }
    let hash = ctx.app().hasher.hash(ctx.app().keyring()?.pepper(), new).await?;
    let mut tries = 0;
    let mut tx = loop {
        let mut tx = ctx.write_for(Some(member.user.id)).await?;
        if users::set_password(&mut tx, member.user.id, &before, &hash, ctx.now()).await? {
            break tx;
        }
        // the stored hash changed while we checked: the same password renewed, or another one
        tries += 1;
        if tries == TRIES {
            return Err(Error::Busy { retry_after: 1 });
        }
        drop(tx);
        before = confirm(ctx, current).await?;
    };
    end_everything(&mut tx, member.user.id, Some(member.session)).await?;
    mail_outbox::insert(
        &mut tx,
        &super::mails::queued(ctx, crate::models::mail::MailKind::PasswordChanged, &member.user),
    )
    .await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::PasswordChanged, Some(member.user.id))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(member.user.id);
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

/// Ends what an old password opened: sessions but `kept`, sign-ins that wait for a code, programs that were let in, reset tokens, and a change of
/// the address under way.
pub(in crate::services) async fn end_everything(
    tx: &mut crate::core::database::Writer,
    account: UserId,
    kept: Option<crate::models::ids::SessionId>,
) -> Result<()> {
    login_sessions::delete_all_but(tx, account, kept).await?;
    mail_links::delete_but(tx, account, LinkPurpose::Change, uuid::Uuid::nil()).await?;
    login_challenges::delete_all(tx, account).await?;
    device_logins::delete_all(tx, account).await?;
    password_resets::delete(tx, account).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        is_too_common(password, &Email::parse("alice.martin@example.com").expect("email"), "Alice Martin")
    }

    #[test]
    fn common_and_close_passwords_are_refused() {
        for password in [
            "passwordpassword",
            "123456789012",
            "123456789012345",
            "qwertyuiopasdfg",
            "qwertyuiop12",
            "vaultapivaultapi",
            "password1234",
            "iloveyou1234",
            "administrator",
            "1q2w3e4r5t6y",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "alice.martin@example.com",
            "alicemartin2026",
            "AliceMartin1!",
            "letmeinletmein",
            "football1234",
            "Password123!",
            "passw0rd1234",
            "welcome12345",
            "changeme1234",
            "azertyuiop12",
        ] {
            assert!(refused(password), "{password}");
        }
    }

    #[test]
    fn the_worst_password_is_judged_quickly() {
        let started = std::time::Instant::now();

        refused(&"4@8({[<369!1|0$5+7%2".repeat(7)[..128]);

        assert!(started.elapsed() < std::time::Duration::from_secs(2), "{:?}", started.elapsed());
    }

    #[test]
    fn unpredictable_passwords_are_taken_without_composition_rules() {
        for password in [
            "correct horse battery staple",
            "correct horse",
            "tulipes sous la pluie",
            "kfhw xqpz nvbd",
            "une girafe en pyjama vert",
            "🔑🦊🌧🍋🛶🎻🧵🪁🐌🌵🥁🧭",
            "zV9#kQ2!mX7p",
        ] {
            assert!(!refused(password), "{password}");
        }
    }
}
