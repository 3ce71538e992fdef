//! Rows to write: an account, a key, a mail that is not due for a century.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Map;
use uuid::Uuid;
use vault_api::{
    core::{clock::Clock as _, error::Result, language::Language},
    models::{
        api_key::{ApiKey, KeyKind, SealedParts},
        email::Email,
        ids::{ApiKeyId, UserId},
        mail::{MailCause, MailKind, QueuedMail},
        user::{Plan, Role, User},
    },
    repositories::{api_keys, mail_outbox, users},
};

use crate::support::{Engine, TestApp};

/// A mail that the outbox's job leaves alone.
pub fn mail(id: Uuid) -> QueuedMail {
    let far: DateTime<Utc> = "2126-01-01T00:00:00Z".parse().unwrap();
    QueuedMail {
        id,
        kind: MailKind::Recovery,
        account: None,
        address: Email::parse("nobody@example.com").unwrap(),
        details: std::collections::BTreeMap::new(),
        cause: MailCause::default(),
        attempts: 0,
        created_at: far,
    }
}

/// Writes one mail in a transaction of its own.
pub async fn write_mail(app: &TestApp, id: Uuid) -> Result<()> {
    let mut tx = app.app.db.write().await?;
    mail_outbox::insert(&mut tx, &mail(id)).await?;
    tx.commit().await
}

/// An account with this address.
pub fn user(app: &TestApp, email: &str) -> User {
    let now = app.clock.now();
    User {
        id: UserId(app.app.ids.next(now)),
        email: Email::parse(email).unwrap(),
        name: "Sample".into(),
        role: Role::User,
        email_verified: false,
        plan: Plan::Free,
        language: Language::English,
        second_factor_at: None,
        disabled_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// A stored account with this address.
pub async fn stored_user(app: &TestApp, email: &str) -> User {
    let user = user(app, email);
    let mut tx = app.app.db.write().await.unwrap();
    users::insert(&mut tx, &user, "no hash").await.unwrap();
    tx.commit().await.unwrap();
    user
}

/// A key of this account.
pub fn key(app: &TestApp, owner: UserId, name: &str) -> ApiKey {
    // each key is a millisecond younger than the one before, so that the order is sure
    app.clock.advance(TimeDelta::milliseconds(1));
    let now = app.clock.now();
    ApiKey {
        id: ApiKeyId(app.app.ids.next(now)),
        user_id: owner,
        name: name.into(),
        kind: KeyKind::Stored,
        provider: "custom".into(),
        provider_config: Map::new(),
        environment: None,
        tags: Vec::new(),
        note: None,
        scopes: Vec::new(),
        prefix: String::new(),
        last4: String::new(),
        version: 1,
        revision: 1,
        enabled: true,
        revoked: false,
        revoked_at: None,
        expires_at: None,
        last_used_at: None,
        created_at: now,
        updated_at: now,
        rotated_at: None,
        grace_ends_at: None,
        allowed_ips: Vec::new(),
        rate_limit: None,
    }
}

/// Writes a key with this fingerprint.
pub async fn store(app: &TestApp, key: &ApiKey, fingerprint: &[u8]) -> Result<()> {
    let mut tx = app.app.db.write().await?;
    api_keys::insert(&mut tx, key, fingerprint, &SealedParts { value: b"sealed".to_vec(), provider_secrets: None })
        .await?;
    tx.commit().await
}

/// Waits until no connection of the app is within a transaction; what was dropped is undone in the background.
pub async fn no_transaction_stays_open(app: &TestApp) {
    match app.engine {
        // the one writer would keep every other program out
        Engine::Sqlite => {
            app.sql("begin immediate; update mail_outbox set attempts = attempts; commit").await;
        }
        Engine::Postgres => {
            let open = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()";
            for _ in 0..100 {
                if app.sql(open).await == "0" {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            panic!("connections with an open transaction: {}", app.sql(open).await);
        }
    }
}
