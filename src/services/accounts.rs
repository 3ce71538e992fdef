//! Accounts: making, renaming and deleting them.

use std::time::Duration;

use super::{
    account_keys,
    audit::{self, Event},
    billing, limits, mails, passwords, step_up,
};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        language::Language,
        secret::SecretText,
        texts::{faults::Fault, problems::Code},
    },
    models::{
        audit::Action,
        audit_details::{ChangedField, Detail},
        email::Email,
        ids::UserId,
        mail::MailKind,
        permission::Permission,
        user::{Plan, Role, User},
    },
    repositories::{mail_links, mail_outbox, users},
};

/// What a new account is made of.
pub struct NewAccount {
    /// Its address.
    pub email: Email,
    /// Its password.
    pub password: SecretText,
    /// The person's name; may be empty.
    pub name: String,
}

/// How a registration is answered.
pub enum Registered {
    /// With the new account.
    Made(User),
    /// With the one sentence that does not tell whether the address had an account: `ENUMERATION_PROTECTION`.
    Hidden,
}

/// From the moment the password is hashed, a registration that must not tell anything takes so long, whatever it did.
const ONE_TIME_FOR_ALL: Duration = Duration::from_millis(40);

/// Makes an account for whoever asks, and sends the mail that proves its address.
///
/// # Errors
/// `email_taken`, unless `ENUMERATION_PROTECTION` is on; a fault of `password`; `Busy`; `TooMany`.
pub async fn register(ctx: &Context, new: NewAccount) -> Result<Registered> {
    if !ctx.app().config.enumeration_protection {
        return create(ctx, new, Role::User).await.map(Registered::Made);
    }
    let email = new.email.clone();
    let hash = hash(ctx, &new).await?;
    let at = tokio::time::Instant::now() + ONE_TIME_FOR_ALL;
    let made = if is_taken(ctx, &email).await? {
        Err(Code::EmailTaken.into())
    } else {
        store(ctx, new, Role::User, &hash).await
    };
    match made {
        Ok(_) => {}
        Err(Error::Refused(Code::EmailTaken)) => tell_owner(ctx, email).await?,
        Err(error) => return Err(error),
    }
    tokio::time::sleep_until(at).await;
    Ok(Registered::Hidden)
}

/// Tells the owner of an address that somebody tried to register with it.
async fn tell_owner(ctx: &Context, address: Email) -> Result<()> {
    if !limits::mailbox_takes(ctx, "account_exists", &address).await {
        return Ok(());
    }
    mails::send_to_address(ctx, MailKind::AccountExists, address).await
}

/// Makes an account with a role.
pub(super) async fn create(ctx: &Context, new: NewAccount, role: Role) -> Result<User> {
    // a taken address is told before a quarter of a second is spent on the password
    if is_taken(ctx, &new.email).await? {
        return Err(Code::EmailTaken.into());
    }
    let hash = hash(ctx, &new).await?;
    store(ctx, new, role, &hash).await
}

/// Whether the address has an account, or is to be had back by one that lost it.
async fn is_taken(ctx: &Context, email: &Email) -> Result<bool> {
    let mut reader = ctx.db().read().await?;
    Ok(users::find_by_email(&mut reader, email).await?.is_some()
        || mail_links::is_reserved(&mut reader, email, None, ctx.now()).await?)
}

/// The hash of a new account's password, if nothing speaks against it.
async fn hash(ctx: &Context, new: &NewAccount) -> Result<String> {
    if let Some(kind) = passwords::fault(ctx, &new.password, &new.email, &new.name).await? {
        return Err(Error::fault(Fault::new("password", kind)));
    }
    limits::spend_registration(ctx).await?;
    ctx.app().hasher.hash(ctx.app().keyring()?.pepper(), &new.password).await
}

async fn store(ctx: &Context, new: NewAccount, role: Role, hash: &str) -> Result<User> {
    let user = User {
        id: UserId(ctx.new_id()),
        email: new.email,
        name: new.name,
        role,
        // the operator vouches for the addresses of those whom he makes
        email_verified: ctx.is_operator(),
        plan: Plan::Free,
        language: ctx.client().language,
        second_factor_at: None,
        disabled_at: None,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    // a mailbox that got enough of them gets no more; its owner can ask for one later
    let is_told = !user.email_verified && limits::mailbox_takes(ctx, "registration", &user.email).await;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    users::insert(&mut tx, &user, hash).await?;
    account_keys::create(&mut tx, ctx, user.id).await?;
    if is_told {
        mail_outbox::insert(&mut tx, &mails::queued(ctx, MailKind::VerifyAddress, &user)).await?;
    }
    audit::record(
        &mut tx,
        ctx,
        Event::on_account(Action::AccountCreated, Some(user.id)).with(Detail::Role, role.as_str()),
    )
    .await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(user)
}

/// The account of the member or program.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub fn me(ctx: &Context) -> Result<User> {
    ctx.require(Permission::ReadOwnAccount)?;
    Ok(ctx.user()?.clone())
}

/// Changes the member's name and the language of the mails; what is `None` stays.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn update(ctx: &Context, name: Option<&str>, language: Option<Language>) -> Result<User> {
    ctx.require(Permission::ManageOwnAccount)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    let mut changed = Vec::new();
    if let Some(name) = name {
        users::set_name(&mut tx, account, name, ctx.now()).await?;
        changed.push(ChangedField::Name.as_str());
    }
    if let Some(language) = language {
        users::set_language(&mut tx, account, language, ctx.now()).await?;
        changed.push(ChangedField::Language.as_str());
    }
    let event = Event::on_account(Action::AccountUpdated, Some(account)).with(Detail::Changed, changed.join(", "));
    audit::record(&mut tx, ctx, event).await?;
    let user = users::find(&mut tx, account).await?.ok_or(Code::Unauthenticated)?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    Ok(user)
}

/// Deletes the member's account with its keys, sessions and data key. Its audit trail stays, for the operator.
///
/// # Errors
/// `reauthentication_required`; `wrong_password`; `last_administrator`.
pub async fn delete(ctx: &Context, password: &SecretText) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    step_up::require(ctx)?;
    let account = ctx.account()?;
    let confirmed = passwords::confirm(ctx, password).await?;
    let mut tx = ctx.write_for(Some(account)).await?;
    let user = users::find(&mut tx, account).await?.ok_or(Code::Unauthenticated)?;
    // first all administrators, then oneself: the other way round two who leave at once would wait for each other
    keep_an_administrator(&mut tx, &user).await?;
    passwords::still(&mut tx, account, &confirmed).await?;
    remove(ctx, tx, &user, Event::on_account(Action::AccountDeleted, Some(account))).await
}

/// Deletes an account with all that is its own; `event` tells why.
pub(super) async fn remove(ctx: &Context, mut tx: Writer, user: &User, event: Event) -> Result<()> {
    // what it paid for ends with it
    billing::note_farewell(&mut tx, ctx, user.id).await?;
    users::delete(&mut tx, user.id).await?;
    audit::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(user.id);
    ctx.app().account_keys.forget(user.id);
    ctx.app().key_checks.forget_account(user.id);
    ctx.app().billing_is_due.notify_one();
    Ok(())
}

/// Refuses to take away the last administrator.
pub(super) async fn keep_an_administrator(tx: &mut Writer, leaving: &User) -> Result<()> {
    if leaving.role == Role::Admin && leaving.is_enabled() && users::lock_and_count_administrators(tx).await? <= 1 {
        return Err(Code::LastAdministrator.into());
    }
    Ok(())
}
