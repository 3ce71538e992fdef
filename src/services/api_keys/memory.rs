//! The memory of requests that may come again: the first answer, encrypted, under the name that the caller gave the request.
//! Names and contents are kept as keyed hashes alone.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::UNVERSIONED;
use crate::{
    core::{
        context::Context,
        crypto::account::{AccountKey, Place},
        database::{Conn, Writer},
        error::{Error, Result},
        texts::problems::Code,
    },
    models::ids::UserId,
    repositories::idempotency_keys::{self, KeptAnswer},
    services::upkeep::IDEMPOTENCY_LIFE,
};

/// A request that may come again and is to be answered the same.
pub struct Repeatable<'a> {
    /// What names the request: the `Idempotency-Key`.
    pub name: &'a str,
    /// What the request says, in a form that is the same whenever it says the same.
    pub content: &'a [u8],
}

/// What is remembered of one such request.
pub(super) struct Memory {
    account: UserId,
    digest: [u8; 32],
    request_digest: [u8; 32],
    since: DateTime<Utc>,
}

impl Memory {
    pub(super) fn new(ctx: &Context, account: UserId, repeatable: &Repeatable<'_>) -> Result<Self> {
        let key = ctx.app().keyring()?.token();
        // of each caller by itself: a program must not get the answer to a person
        let caller = ctx.program().map_or(uuid::Uuid::nil(), |program| program.token.id.0);
        let of = account.0.as_bytes();
        Ok(Self {
            account,
            digest: key.sign(&[b"idempotency", of, caller.as_bytes(), repeatable.name.as_bytes()]),
            request_digest: key.sign(&[b"request", of, repeatable.content]),
            since: ctx.now() - IDEMPOTENCY_LIFE,
        })
    }

    /// What an answer is bound to: the record is the name's own hash.
    fn place(&self) -> Place<'static> {
        let record = uuid::Uuid::from_slice(self.digest.get(..16).unwrap_or_default()).unwrap_or_default();
        Place { record, field: "idempotent answer", version: UNVERSIONED }
    }

    /// What was kept for this request.
    ///
    /// # Errors
    /// `idempotency_key_reused` where its name came with another request.
    pub(super) async fn recall<'c>(
        &self,
        conn: impl Into<Conn<'c>>,
        data_key: &AccountKey,
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(kept) = idempotency_keys::find(conn, self.account, &self.digest, self.since).await? else {
            return Ok(None);
        };
        if kept.request_digest != self.request_digest {
            return Err(Code::IdempotencyKeyReused.into());
        }
        Ok(Some(data_key.open(self.place(), &kept.sealed).map_err(Error::internal)?))
    }

    /// Keeps it; `false` where the same name was kept by another request, which this transaction then sees.
    pub(super) async fn keep(
        &self,
        ctx: &Context,
        tx: &mut Writer,
        data_key: &AccountKey,
        answer: &[u8],
    ) -> Result<bool> {
        let sealed = data_key.seal(self.place(), answer)?;
        idempotency_keys::delete_one_until(tx, self.account, &self.digest, self.since).await?;
        let kept = KeptAnswer { request_digest: self.request_digest.to_vec(), sealed };
        idempotency_keys::insert(tx, self.account, &self.digest, &kept, ctx.now()).await
    }
}
