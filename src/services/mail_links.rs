//! The links in mails: their tokens are made when the mail is written, so that none lies in the database.

use super::recovery;
use crate::{
    core::{context::Context, crypto::keyring::Keyring, error::Result, random, secret::SecretText},
    models::{
        mail::{MailKind, QueuedMail},
        mail_link::{LinkPurpose, MailLink},
        user::User,
    },
    repositories::mail_links,
};

/// How many characters a token has: 256 bits.
const TOKEN_CHARACTERS: usize = 43;

/// What a mail's link is.
pub(super) enum Link {
    /// The mail has none.
    None,
    /// What the mail was about is over: it is not to be sent.
    Over,
    /// The address to open.
    To(String),
}

/// The link that a mail carries, with a new token: the one of an earlier try is worth nothing any more.
pub(super) async fn make(ctx: &Context, mail: &QueuedMail, user: &User) -> Result<Link> {
    match mail.kind {
        // the account has another address since
        MailKind::Recovery if mail.address != user.email => Ok(Link::Over),
        MailKind::Recovery => {
            let token = recovery::make_token(ctx, user, mail).await?;
            Ok(Link::To(format!("{}/reset?token={}", ctx.app().base_url, token.expose())))
        }
        MailKind::VerifyAddress if user.email_verified || mail.address != user.email => Ok(Link::Over),
        MailKind::VerifyAddress => newest(ctx, mail, user).await,
        MailKind::ConfirmAddress => promised(ctx, LinkPurpose::Change, mail, user).await,
        // the new address gets the news, the former one the way back too
        MailKind::AddressChanged if mail.address == user.email => Ok(Link::None),
        MailKind::AddressChanged => promised(ctx, LinkPurpose::Undo, mail, user).await,
        _ => Ok(Link::None),
    }
}

/// The link that proves the address of a new account: it makes every older one worthless.
async fn newest(ctx: &Context, mail: &QueuedMail, user: &User) -> Result<Link> {
    let purpose = LinkPurpose::Verify;
    let link = MailLink {
        id: mail.id,
        account: user.id,
        purpose,
        address: mail.address.clone(),
        expires_at: ctx.now() + purpose.life(),
    };
    let token = new_token()?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    mail_links::delete_but(&mut tx, user.id, purpose, link.id).await?;
    mail_links::put(&mut tx, &link, Some(&digest(ctx.app().keyring()?, purpose, &token)), ctx.now()).await?;
    tx.commit().await?;
    Ok(Link::To(address(ctx, purpose, &token)))
}

/// The link of a change that waits, or the one that takes a change back: it works as long as was promised when the mail
/// was asked for. Nothing else of what is kept changes when the mail is written: whoever asked could see from that whether
/// there was such a mail. Over where the change was called off meanwhile: by its owner, another one, or a new password.
async fn promised(ctx: &Context, purpose: LinkPurpose, mail: &QueuedMail, user: &User) -> Result<Link> {
    let token = new_token()?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    let digest = digest(ctx.app().keyring()?, purpose, &token);
    if !mail_links::set_digest(&mut tx, mail.id, &digest, ctx.now()).await? {
        return Ok(Link::Over);
    }
    tx.commit().await?;
    Ok(Link::To(address(ctx, purpose, &token)))
}

fn new_token() -> Result<SecretText> {
    Ok(SecretText::new(random::base62(TOKEN_CHARACTERS)?))
}

fn address(ctx: &Context, purpose: LinkPurpose, token: &SecretText) -> String {
    format!("{}{}?token={}", ctx.app().base_url, purpose.page(), token.expose())
}

/// What is kept of a token.
pub(super) fn digest(keyring: &Keyring, purpose: LinkPurpose, token: &SecretText) -> [u8; 32] {
    keyring.token().sign(&[b"mail link", purpose.as_str().as_bytes(), token.expose().as_bytes()])
}
