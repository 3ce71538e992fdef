//! The versions of a key's value, masked.

use uuid::Uuid;

use crate::{
    core::{context::Context, error::Result, texts::problems::Code},
    models::{
        ids::ApiKeyId,
        key_version::KeyVersion,
        page::{Page, PageRequest},
        permission::Permission,
    },
    repositories::{api_keys, key_versions},
};

/// The versions of one of the member's keys, newest first: the current one, then the former ones that are kept.
///
/// # Errors
/// `not_found` where it is not there or not the member's.
pub async fn versions(ctx: &Context, id: ApiKeyId, page: PageRequest) -> Result<Page<KeyVersion>> {
    ctx.require(Permission::ReadKeys)?;
    let account = ctx.account()?;
    let mut reader = ctx.db().read().await?;
    let key = api_keys::find(&mut reader, account, id).await?.ok_or(Code::NotFound)?;
    let below = page.before.and_then(|before| i64::try_from(before.as_u128()).ok()).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    if key.version < below {
        rows.push(KeyVersion {
            version: key.version,
            prefix: key.prefix,
            last4: key.last4,
            created_at: key.rotated_at.unwrap_or(key.created_at),
            grace_ends_at: None,
        });
    }
    // a rotation may come between the two statements: a version is shown once
    rows.extend(key_versions::list(&mut reader, account, id, below.min(key.version), page.limit + 1).await?);
    Ok(Page::cut(rows, page.limit, |version| Uuid::from_u128(u128::try_from(version.version).unwrap_or_default())))
}
