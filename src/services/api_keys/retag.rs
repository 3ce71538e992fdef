//! One tag for many keys, or from many: all or none.

use super::revoke::in_order;
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{
        api_key::MOST_TAGS,
        audit::Action,
        audit_details::{ChangedField, Detail},
        ids::ApiKeyId,
        permission::Permission,
    },
    repositories::api_keys,
    services::audit::{self, Event},
};

/// What is done with the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retagging {
    /// Keys that lack it get it.
    Add,
    /// Keys that have it lose it.
    Remove,
}

/// Gives a tag to several of the member's keys, or takes it from them; tells how many changed.
///
/// # Errors
/// `not_found`; `key_revoked`; `Invalid` where a key has as many tags as it may have.
pub async fn retag(ctx: &Context, ids: &[ApiKeyId], retagging: Retagging, tag: &str) -> Result<usize> {
    ctx.require(Permission::WriteKeys)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    let mut events = Vec::new();
    for id in in_order(ids) {
        if !api_keys::lock(&mut tx, account, id).await? {
            return Err(Code::NotFound.into());
        }
        let mut key = api_keys::find(&mut tx, account, id).await?.ok_or(Code::NotFound)?;
        if key.revoked {
            return Err(Code::KeyRevoked.into());
        }
        let has = key.tags.iter().any(|one| one == tag);
        match retagging {
            Retagging::Add if !has => key.tags.push(tag.to_owned()),
            Retagging::Remove if has => key.tags.retain(|one| one != tag),
            _ => continue,
        }
        if key.tags.len() > MOST_TAGS {
            return Err(Error::fault(Fault::new("tags", FaultKind::TooMany(MOST_TAGS, "tags", "étiquettes"))));
        }
        key.revision += 1;
        key.updated_at = ctx.now();
        let sealed = api_keys::find_sealed(&mut tx, account, id).await?.ok_or(Code::NotFound)?;
        api_keys::update(&mut tx, &key, sealed.parts.provider_secrets.as_deref()).await?;
        events.push(
            Event::on_key(Action::KeyUpdated, account, id).with(Detail::Changed, vec![ChangedField::Tags.as_str()]),
        );
    }
    let changed = events.len();
    if changed > 0 {
        audit::record_all(&mut tx, ctx, events).await?;
    }
    tx.commit().await?;
    ctx.app().key_checks.forget_account(account);
    Ok(changed)
}
