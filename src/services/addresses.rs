//! Addresses: proving one's own, changing it, and taking a change back. See `models::mail_link`.

use uuid::Uuid;

use super::{
    accounts,
    audit::{self, Event},
    guesses, limits, mail_links, mails, mfa, passwords, program_tokens, step_up,
};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        random,
        secret::SecretText,
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{
        audit::Action,
        email::Email,
        ids::UserId,
        mail::{MailKind, QueuedMail},
        mail_link::{Disowned, LinkPurpose, MailLink},
        permission::Permission,
        user::{Role, User},
    },
    repositories::{self, api_keys, billing_accounts, mail_outbox, password_resets, users},
};

/// Sends the member's verification mail again; an earlier one's link stops working once it is written. Beyond the
/// mailbox's limit nothing is sent, and the answer is the same.
///
/// # Errors
/// `Unauthenticated` without a sign-in; `TooMany` where the client asks for too many.
pub async fn resend_own(ctx: &Context) -> Result<()> {
    ctx.require(Permission::ProveOwnAddress)?;
    let user = ctx.member()?.user.clone();
    if !limits::may_send(ctx, "verification", &user.email).await? {
        return Ok(());
    }
    mails::send(ctx, &mails::queued(ctx, MailKind::VerifyAddress, &user)).await
}

/// Puts a verification mail on its way to whoever asks for this address. Whether it has an account that lacks the proof
/// is found out by the job that sends it: here, all addresses are the same work.
///
/// # Errors
/// `TooMany` where the client asks for too many; as the database fails.
pub async fn resend(ctx: &Context, email: &Email) -> Result<()> {
    if !limits::may_send(ctx, "verification", email).await? {
        return Ok(());
    }
    mails::send_to_address(ctx, MailKind::VerifyAddress, email.clone()).await
}

/// Proves an account's address with a mail's token.
///
/// # Errors
/// `invalid_token`.
pub async fn verify(ctx: &Context, token: &SecretText) -> Result<()> {
    let (mut tx, link, user) = spend(ctx, LinkPurpose::Verify, token).await?;
    if user.email != link.address {
        return Err(Code::InvalidToken.into());
    }
    users::set_email_verified(&mut tx, user.id, ctx.now()).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AddressVerified, Some(user.id))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(user.id);
    Ok(())
}

/// Deletes an account that somebody else registered on one's address, with the token of its verification mail: only
/// while nobody has proved the address.
///
/// # Errors
/// `invalid_token`; `forbidden` where the account has a role.
pub async fn disown(ctx: &Context, token: &SecretText) -> Result<()> {
    let (tx, link, user) = spend(ctx, LinkPurpose::Verify, token).await?;
    may_be_disowned(&link, &user)?;
    accounts::remove(ctx, tx, &user, Event::on_account(Action::AccountDisowned, Some(user.id))).await
}

/// What `disown` would delete with this token, for the page that asks for a click. Nothing is spent. Whoever has the mailbox is
/// told how many keys are there: it tells nothing of them, and whoever forgot that the account is theirs sees it by that.
///
/// # Errors
/// As `disown`.
pub async fn disowned_by(ctx: &Context, token: &SecretText) -> Result<Disowned> {
    let digest = mail_links::digest(ctx.app().keyring()?, LinkPurpose::Verify, token);
    let link = find(ctx, LinkPurpose::Verify, &digest).await?;
    let mut reader = ctx.db().read().await?;
    let user = users::find(&mut reader, link.account).await?.filter(User::is_enabled).ok_or(Code::InvalidToken)?;
    may_be_disowned(&link, &user)?;
    let active_keys = api_keys::count_active(&mut reader, user.id).await?;
    Ok(Disowned { account: user.id, address: link.address, active_keys })
}

fn may_be_disowned(link: &MailLink, user: &User) -> Result<()> {
    if user.email != link.address || user.email_verified {
        return Err(Code::InvalidToken.into());
    }
    // somebody gave it a role: that is no stranger's account
    if user.role != Role::User {
        return Err(Code::Forbidden.into());
    }
    Ok(())
}

/// Who reads the mail of a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Whoever has the new mailbox, as the member says.
    Asker,
    /// Another account has the address: its owner hears of it.
    Owner,
    /// The mailbox got enough mails: none goes there for now.
    Nobody,
}

/// Asks for another address: a mail goes there, and the change waits for its link. Beyond the mailbox's limit nothing is
/// sent: that is told, but where `ENUMERATION_PROTECTION` is on the change waits as any other.
///
/// # Errors
/// `reauthentication_required`; `wrong_password`; `TooMany`; `email_taken`, unless `ENUMERATION_PROTECTION` is on; a fault where
/// it is the address already.
pub async fn request_change(ctx: &Context, email: Email, password: &SecretText) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    let user = ctx.member()?.user.clone();
    if email == user.email {
        let kind = FaultKind::Conflict(
            "This is the account's address already; give another one.",
            "C’est déjà l’adresse du compte ; donnez-en une autre.",
        );
        return Err(Error::fault(Fault::new("email", kind)));
    }
    step_up::require(ctx)?;
    let confirmed = passwords::confirm(ctx, password).await?;
    let reader = reader_of(ctx, &email, user.id).await?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    passwords::still(&mut tx, user.id, &confirmed).await?;
    promise(&mut tx, ctx, &user, email, reader).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AddressChangeRequested, Some(user.id))).await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

/// Who reads the mail of a change to this address.
async fn reader_of(ctx: &Context, email: &Email, account: UserId) -> Result<Reader> {
    let is_protected = ctx.app().config.enumeration_protection;
    match limits::full_mailbox(ctx, "address_change", email).await? {
        Some(limited) if !is_protected => Err(Error::TooMany(limited)),
        Some(_) => Ok(Reader::Nobody),
        None if !is_taken(ctx, email, account).await? => Ok(Reader::Asker),
        None if is_protected => Ok(Reader::Owner),
        None => Err(Code::EmailTaken.into()),
    }
}

/// Keeps a change that waits, in the place of any other, and puts its mail on its way.
async fn promise(tx: &mut Writer, ctx: &Context, user: &User, email: Email, reader: Reader) -> Result<()> {
    if reader == Reader::Nobody {
        let waiting = repositories::mail_links::find_change(&mut *tx, user.id, ctx.now()).await?;
        if waiting.is_some_and(|waiting| waiting.address == email) {
            // the link that went there stays good
            return Ok(());
        }
    }
    let mut mail = mails::queued(ctx, MailKind::ConfirmAddress, user).to(email.clone());
    repositories::mail_links::delete_but(tx, user.id, LinkPurpose::Change, mail.id).await?;
    let expires_at = ctx.now() + LinkPurpose::Change.life();
    let link = MailLink { id: mail.id, account: user.id, purpose: LinkPurpose::Change, address: email, expires_at };
    // also of one that is taken, whose link nobody ever gets: who asks must see the same
    repositories::mail_links::put(tx, &link, None, ctx.now()).await?;
    match reader {
        Reader::Nobody => return Ok(()),
        Reader::Owner => mail = QueuedMail { kind: MailKind::AccountExists, account: None, ..mail },
        Reader::Asker => {}
    }
    mail_outbox::insert(tx, &mail).await
}

/// The change of the member's address that waits for its link, and until when.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn waiting_change(ctx: &Context) -> Result<Option<MailLink>> {
    ctx.require(Permission::ReadOwnAccount)?;
    repositories::mail_links::find_change(&mut ctx.db().read().await?, ctx.account()?, ctx.now()).await
}

/// Sends the mail of the change that waits again; the link of an earlier one stops working once it is written. Beyond the
/// mailbox's limit nothing is sent, which is told unless `ENUMERATION_PROTECTION` is on.
///
/// # Errors
/// `not_found` where none waits; `email_taken`, unless `ENUMERATION_PROTECTION` is on; `TooMany`.
pub async fn resend_change(ctx: &Context) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    let user = ctx.member()?.user.clone();
    let waiting = waiting_change(ctx).await?.ok_or(Code::NotFound)?;
    let reader = reader_of(ctx, &waiting.address, user.id).await?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    users::lock(&mut tx, user.id).await?;
    // it was called off or confirmed meanwhile
    if !repositories::mail_links::exists(&mut tx, waiting.id).await? {
        return Err(Code::NotFound.into());
    }
    promise(&mut tx, ctx, &user, waiting.address, reader).await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

/// Calls the change that waits off: its link is worth nothing any more. Where none waits, nothing happens.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn cancel_change(ctx: &Context) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    // whoever sends it again meanwhile has done so before, or finds nothing that waits
    users::lock(&mut tx, account).await?;
    if repositories::mail_links::find_change(&mut tx, account, ctx.now()).await?.is_none() {
        return Ok(());
    }
    repositories::mail_links::delete_but(&mut tx, account, LinkPurpose::Change, Uuid::nil()).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AddressChangeCancelled, Some(account))).await?;
    tx.commit().await
}

/// The link of a mail's token, with the address that it proves, for the page that asks for a click; `None` where the token
/// is worth nothing. Nothing is spent.
///
/// # Errors
/// As the database fails.
pub async fn proved_by(ctx: &Context, purpose: LinkPurpose, token: &SecretText) -> Result<Option<MailLink>> {
    let digest = mail_links::digest(ctx.app().keyring()?, purpose, token);
    repositories::mail_links::find(&mut ctx.db().read().await?, purpose, &digest, ctx.now()).await
}

async fn is_taken(ctx: &Context, email: &Email, account: UserId) -> Result<bool> {
    let mut reader = ctx.db().read().await?;
    Ok(users::find_by_email(&mut reader, email).await?.is_some()
        || repositories::mail_links::is_reserved(&mut reader, email, Some(account), ctx.now()).await?)
}

/// Gives an account the address that this token proves. The former one hears of it, with a way back for three days;
/// if it was proved, nobody else can register it meanwhile.
///
/// # Errors
/// `invalid_token`; `email_taken` where somebody registered the address meanwhile.
pub async fn confirm_change(ctx: &Context, token: &SecretText) -> Result<()> {
    let (mut tx, link, before) = spend(ctx, LinkPurpose::Change, token).await?;
    if repositories::mail_links::is_reserved(&mut tx, &link.address, Some(before.id), ctx.now()).await? {
        return Err(Code::EmailTaken.into());
    }
    users::set_email(&mut tx, before.id, &link.address, ctx.now()).await?;
    billing_accounts::want_account(&mut tx, before.id, ctx.now()).await?;
    // what was sent to the former address proves nothing any more
    password_resets::delete(&mut tx, before.id).await?;
    repositories::mail_links::delete_but(&mut tx, before.id, LinkPurpose::Verify, link.id).await?;
    let after = User { email: link.address.clone(), ..before.clone() };
    let to_former = mails::queued(ctx, MailKind::AddressChanged, &before).with("address", link.address.to_string());
    let to_new = mails::queued(ctx, MailKind::AddressChanged, &after).with("address", link.address.to_string());
    let way_back = MailLink {
        id: to_former.id,
        account: before.id,
        purpose: LinkPurpose::Undo,
        address: before.email.clone(),
        expires_at: ctx.now() + LinkPurpose::Undo.life(),
    };
    repositories::mail_links::put(&mut tx, &way_back, None, ctx.now()).await?;
    if before.email_verified {
        // an address that was never proved may be anybody's
        repositories::mail_links::reserve(&mut tx, way_back.id).await?;
    }
    mail_outbox::insert(&mut tx, &to_former).await?;
    mail_outbox::insert(&mut tx, &to_new).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AddressChanged, Some(before.id))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(before.id);
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

/// Takes a change of the address back. Whoever changed it knew the password, so that one is worth nothing from here on,
/// every session ends, and a recovery mail goes to the address that is back.
///
/// # Errors
/// `invalid_token`; `Busy`.
pub async fn undo_change(ctx: &Context, token: &SecretText) -> Result<()> {
    // a hash of a password that nobody knows, made before anything is locked
    let nobodys = SecretText::new(random::base62(43)?);
    let digest = mail_links::digest(ctx.app().keyring()?, LinkPurpose::Undo, token);
    find(ctx, LinkPurpose::Undo, &digest).await?;
    let hash = ctx.app().hasher.hash(ctx.app().keyring()?.pepper(), &nobodys).await?;
    let (mut tx, link, user) = spend(ctx, LinkPurpose::Undo, token).await?;
    let before = users::find_password(&mut tx, user.id).await?.ok_or(Code::InvalidToken)?;
    users::set_email(&mut tx, user.id, &link.address, ctx.now()).await?;
    billing_accounts::want_account(&mut tx, user.id, ctx.now()).await?;
    users::set_password(&mut tx, user.id, &before, &hash, ctx.now()).await?;
    passwords::end_everything(&mut tx, user.id, None).await?;
    program_tokens::revoke_all(&mut tx, ctx, user.id).await?;
    if user.second_factor_at.is_some_and(|since| since > link.expires_at - LinkPurpose::Undo.life() * 2) {
        // it came with the change, so from whoever made the change
        mfa::clear(&mut tx, user.id).await?;
    }
    // whoever lost the address earlier can still take it back
    repositories::mail_links::delete_since(&mut tx, user.id, link.expires_at).await?;
    let owner = User { email: link.address, ..user };
    mail_outbox::insert(&mut tx, &mails::queued(ctx, MailKind::Recovery, &owner)).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AddressChangeUndone, Some(owner.id))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(owner.id);
    guesses::forget(ctx, &owner.email).await;
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

async fn find(ctx: &Context, purpose: LinkPurpose, digest: &[u8]) -> Result<MailLink> {
    let link = repositories::mail_links::find(&mut ctx.db().read().await?, purpose, digest, ctx.now()).await?;
    link.ok_or_else(|| Code::InvalidToken.into())
}

/// Spends a token: the open transaction in which its account is locked, the link and the account.
async fn spend(ctx: &Context, purpose: LinkPurpose, token: &SecretText) -> Result<(Writer, MailLink, User)> {
    let digest = mail_links::digest(ctx.app().keyring()?, purpose, token);
    let link = find(ctx, purpose, &digest).await?;
    let mut tx = ctx.write_for(Some(link.account)).await?;
    users::lock(&mut tx, link.account).await?;
    if !repositories::mail_links::spend(&mut tx, link.id, &digest).await? {
        return Err(Code::InvalidToken.into());
    }
    let user = users::find(&mut tx, link.account).await?.filter(User::is_enabled);
    Ok((tx, link, user.ok_or(Code::InvalidToken)?))
}
