//! `check`: is the configuration sound, and does what it names work?

use super::{End, mail, setup};
use crate::{
    core::{
        configuration::{Configuration, Stage},
        crypto::keyring,
        database::{Db, Reach},
        limits, mailer,
    },
    repositories,
    services::start::NotReady,
};

pub(super) async fn run(configuration: Configuration) -> End {
    say!("configuration  ok ({})", if configuration.stage == Stage::Production { "production" } else { "development" });
    say!("master key     fingerprint {}", keyring::fingerprint(&configuration.master_key));
    let db = match Db::open(&configuration.database).await {
        Ok(db) => db,
        Err(error) => return End::NotDone(error.to_string()),
    };
    match db.reach().await {
        Reach::Reached => say!("database       ok ({})", db.engine()),
        Reach::Refused(sentence) => return End::NotDone(format!("DATABASE_URL: {sentence}")),
        Reach::Away(error) => {
            return End::NotDone(format!("{error}; check DATABASE_URL and whether the database runs"));
        }
    }
    let mut end = schema_and_key(&configuration, &db).await;
    db.close().await;
    if matches!(end, End::Done) {
        end = redis(&configuration).await;
    }
    if !matches!(end, End::Done) {
        return end;
    }
    let end = way_out(&configuration).await;
    say!("stripe         not used by this version");
    end
}

async fn redis(configuration: &Configuration) -> End {
    let Some(url) = &configuration.redis_url else {
        say!("redis          none: each server counts requests alone");
        return End::Done;
    };
    match limits::reach(url).await {
        Ok(()) => say!("redis          ok"),
        Err(why) => return End::NotDone(format!("REDIS_URL: Redis does not answer: {why}")),
    }
    End::Done
}

/// The mail server is asked as far as it can be without sending: connection, TLS, credentials.
async fn way_out(configuration: &Configuration) -> End {
    let mailer = mailer::of(configuration);
    if let Err(refused) = mailer.check().await {
        return End::NotDone(format!("mail: {refused}\n{}", mail::advice(configuration)));
    }
    let state = if mailer.is_configured() { "ok, " } else { "not configured, " };
    say!("mail           {state}{}", mailer.way());
    let needs_mail = configuration.require_verified_email || configuration.enumeration_protection;
    if needs_mail && !mailer.is_configured() {
        return End::NotDone(
            "SMTP_URL: accounts must prove their address by mail, and no mail can leave; set SMTP_URL or SENDGRID_API_KEY, or \
             REQUIRE_VERIFIED_EMAIL=false and ENUMERATION_PROTECTION=false"
                .into(),
        );
    }
    if configuration.stage == Stage::Production && configuration.mail_from.contains("@localhost") {
        say!("               MAIL_FROM is not set: most mail servers refuse a sender at localhost");
    }
    End::Done
}

async fn schema_and_key(configuration: &Configuration, db: &Db) -> End {
    let pending = match db.pending_migrations().await {
        Ok(pending) => pending,
        Err(error) => return not_done(error.into()),
    };
    if !pending.is_empty() {
        say!(
            "schema         lacks {} ({})",
            pending.join(", "),
            if configuration.auto_migrate { "`serve` will add them" } else { "run `vault-api migrate`" }
        );
        return if configuration.auto_migrate {
            End::Done
        } else {
            End::NotDone("the schema is not up to date; run `vault-api migrate`".into())
        };
    }
    say!("schema         up to date");
    let rows = async {
        let mut reader = db.read().await?;
        let deployment = repositories::keyring::find_deployment(&mut reader).await?;
        Ok::<_, crate::core::error::Error>((deployment, repositories::keyring::list(&mut reader).await?))
    };
    match rows.await {
        Ok((None, _)) => say!("keyring        none yet; `serve` will make it"),
        Ok((Some(deployment), rows)) => match keyring::open(&configuration.master_key, deployment.as_bytes(), &rows) {
            Ok(_) => say!("keyring        opens with CRYPTO_MASTER_KEY"),
            Err(fault) => return End::NotDone(format!("CRYPTO_MASTER_KEY: {fault}")),
        },
        Err(error) => return End::NotDone(error.to_string()),
    }
    End::Done
}

/// `check` answers with 1 whatever is wrong.
fn not_done(not_ready: NotReady) -> End {
    match setup::explain(not_ready) {
        End::BadConfiguration(faults) => End::NotDone(faults.join("; ")),
        other => other,
    }
}
