//! The links that mails carry: made when a mail is sent, never stored.

use super::recovery;
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
    },
    models::{
        mail::{MailKind, QueuedMail},
        user::User,
    },
};

/// The link of a mail that needs one with a token; `None` where there is nothing left to link to, so that the mail
/// is worth nothing and is not sent.
pub(super) async fn make(ctx: &Context, mail: &QueuedMail, user: &User) -> Result<Option<String>> {
    match mail.kind {
        MailKind::Recovery => {
            let token = recovery::make_token(ctx, user, mail).await?;
            Ok(Some(format!("{}/reset?token={}", ctx.app().base_url, token.expose())))
        }
        kind => Err(Error::internal(format!("there is no link for a mail of the kind {}", kind.as_str()))),
    }
}
