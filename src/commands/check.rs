//! `check`: is the configuration sound, and does what it names work?

use super::{End, mail, setup};
use crate::{
    core::{
        configuration::{Configuration, Stage},
        crypto::keyring,
        database::{Db, Reach},
        limits, mailer,
        stripe::Stripe,
    },
    repositories,
    services::start::NotReady,
};

/// Looks at every part, whatever is wrong with the others.
pub(super) async fn run(configuration: Configuration) -> End {
    say!("configuration  ok ({})", if configuration.stage == Stage::Production { "production" } else { "development" });
    say!("master key     fingerprint {}", keyring::fingerprint(&configuration.master_key));
    let parts = [
        database(&configuration).await,
        redis(&configuration).await,
        way_out(&configuration).await,
        billing(&configuration).await,
    ];
    let faults: Vec<String> = parts.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() { End::Done } else { End::NotDone(faults.join("\nvault-api: ")) }
}

async fn database(configuration: &Configuration) -> Result<(), String> {
    let db = Db::open(&configuration.database).await.map_err(|error| error.to_string())?;
    match db.reach().await {
        Reach::Reached => say!("database       ok ({})", db.engine()),
        Reach::Refused(sentence) => return Err(format!("DATABASE_URL: {sentence}")),
        Reach::Away(error) => return Err(format!("{error}; check DATABASE_URL and whether the database runs")),
    }
    let found = schema_and_key(configuration, &db).await;
    db.close().await;
    found
}

async fn redis(configuration: &Configuration) -> Result<(), String> {
    let Some(url) = &configuration.redis_url else {
        say!("redis          none: each server counts requests alone");
        return Ok(());
    };
    limits::reach(url).await.map_err(|why| format!("REDIS_URL: Redis does not answer: {why}"))?;
    say!("redis          ok");
    Ok(())
}

/// The mail server is asked as far as it can be without sending: connection, TLS, credentials.
async fn way_out(configuration: &Configuration) -> Result<(), String> {
    let mailer = mailer::of(configuration);
    if let Err(refused) = mailer.check().await {
        return Err(format!("mail: {refused}\n{}", mail::advice(configuration)));
    }
    let state = if mailer.is_configured() { "ok, " } else { "not configured, " };
    say!("mail           {state}{}", mailer.way());
    let needs_mail = configuration.require_verified_email || configuration.enumeration_protection;
    if needs_mail && !mailer.is_configured() {
        return Err(
            "SMTP_URL: accounts must prove their address by mail, and no mail can leave; set SMTP_URL or SENDGRID_API_KEY, or \
             REQUIRE_VERIFIED_EMAIL=false and ENUMERATION_PROTECTION=false"
                .into(),
        );
    }
    if configuration.stage == Stage::Production && configuration.mail_from.contains("@localhost") {
        say!("               MAIL_FROM is not set: most mail servers refuse a sender at localhost");
    }
    Ok(())
}

/// Stripe is asked for the price of PRO, which changes nothing there.
async fn billing(configuration: &Configuration) -> Result<(), String> {
    let Some(settings) = configuration.billing.settings() else {
        say!("stripe         not configured: billing answers 503");
        return Ok(());
    };
    let mut faults: Vec<String> =
        settings.lacks().iter().map(|lack| format!("{} is not set: {}", lack.variable, lack.consequence)).collect();
    if settings.prices.is_empty() {
        say!("stripe         {} mode", settings.mode());
    } else {
        match Stripe::new(settings.clone()).check().await {
            Ok(line) => say!("stripe         ok, {line}"),
            Err(error) => faults.push(format!("stripe: {error}")),
        }
    }
    if settings.is_live && configuration.stage == Stage::Development {
        say!("               STRIPE_SECRET_KEY is a live key in development: what is bought here costs real money");
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\nvault-api: ")) }
}

async fn schema_and_key(configuration: &Configuration, db: &Db) -> Result<(), String> {
    let pending = db.pending_migrations().await.map_err(|error| sentence(error.into()))?;
    if !pending.is_empty() {
        let will = if configuration.auto_migrate { "`serve` will add them" } else { "run `vault-api migrate`" };
        say!("schema         lacks {} ({will})", pending.join(", "));
        return if configuration.auto_migrate {
            Ok(())
        } else {
            Err("the schema is not up to date; run `vault-api migrate`".into())
        };
    }
    say!("schema         up to date");
    let rows = async {
        let mut reader = db.read().await?;
        let deployment = repositories::keyring::find_deployment(&mut reader).await?;
        Ok::<_, crate::core::error::Error>((deployment, repositories::keyring::list(&mut reader).await?))
    };
    let (deployment, rows) = rows.await.map_err(|error| error.to_string())?;
    let Some(deployment) = deployment else {
        say!("keyring        none yet; `serve` will make it");
        return Ok(());
    };
    keyring::open(&configuration.master_key, deployment.as_bytes(), &rows)
        .map_err(|fault| format!("CRYPTO_MASTER_KEY: {fault}"))?;
    say!("keyring        opens with CRYPTO_MASTER_KEY");
    Ok(())
}

/// `check` answers with 1 whatever is wrong, in the words that the other commands would use.
fn sentence(not_ready: NotReady) -> String {
    match setup::explain(not_ready) {
        End::BadConfiguration(faults) => faults.join("; "),
        End::NotDone(sentence) => sentence,
        End::Done => String::new(),
    }
}
