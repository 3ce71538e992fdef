//! The list of all variables: their defaults and meanings. `docs/configuration.md` is checked against it.

/// One variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its default, for people.
    pub default: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// Whether it holds a secret, and so may be given as `NAME_FILE`.
    pub is_secret: bool,
    /// Whether this version uses it; a later one will where not.
    pub is_used: bool,
}

const fn plain(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, is_secret: false, is_used: true }
}

const fn secret(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, is_secret: true, is_used: true }
}

const fn later(name: &'static str, is_secret: bool) -> Variable {
    Variable { name, default: "", meaning: "used by a later version", is_secret, is_used: false }
}

/// All variables, those of later versions included.
pub static VARIABLES: &[Variable] = &[
    plain("ENVIRONMENT", "development", "`development` or `production`"),
    plain("HOST", "127.0.0.1", "the address to listen on (`--host` wins)"),
    plain("PORT", "8000", "the port to listen on (`--port` wins); 0 picks a free one, printed in the ready line"),
    plain("DATA_DIR", "./data", "the embedded database, generated secrets, development mail"),
    secret(
        "DATABASE_URL",
        "sqlite://$DATA_DIR/vault.db",
        "`sqlite://PATH`, `postgres://…` or `postgresql://…`; SQLAlchemy's driver suffixes are understood. `?sslmode=require` or `verify-full` (with `sslrootcert=`) for TLS, `?pgbouncer=true` behind a transaction-mode pooler that the probe does not find",
    ),
    plain(
        "DATABASE_SCHEMA",
        "auth",
        "the PostgreSQL schema; on hosted Supabase, which locks its own `auth`, another one",
    ),
    plain("DATABASE_MAX_CONNECTIONS", "8 for each core, 10 to 50", "the PostgreSQL pool's upper bound, 2 to 1000"),
    plain("AUTO_MIGRATE", "true", "whether `serve` brings the schema up to date"),
    secret("JWT_SECRET", "generated in development", "signs tokens; at least 32 bytes"),
    plain("JWT_EXPIRATION_MINUTES", "43200", "an access token's life (30 days)"),
    plain("JWT_RESET_TOKEN_MINUTES", "15", "a password-reset token's life"),
    plain(
        "REFRESH_TOKEN_DAYS",
        "90",
        "a refresh token's life, 1 to 180 days, counted anew at each use; 180 days after its sign-in a session ends",
    ),
    plain(
        "REQUIRE_VERIFIED_EMAIL",
        "true in production, else false",
        "whether an account may only read itself, ask for the verification mail and sign out until its address is proved",
    ),
    plain(
        "ENUMERATION_PROTECTION",
        "false",
        "whether `register` answers 202 with one sentence whether or not the address is taken, and tells the owner of a taken one by mail",
    ),
    secret("CRYPTO_MASTER_KEY", "generated in development", "base64 of 32 bytes; `vault-api generate-key` prints one"),
    plain("PASSWORD_MIN_LENGTH", "12", "the least length of a new password, 8 to 64"),
    plain("BCRYPT_COST", "12", "10 to 15; from 4 in development"),
    plain(
        "REQUIRE_MFA",
        "none",
        "`none`, `admins` (with support) or `all`: who, without a second factor, may do nothing but set it up",
    ),
    plain("STEP_UP_MINUTES", "15", "how long a sign-in is fresh enough for dangerous acts, 1 to 1440 minutes"),
    plain("REVEAL_STEP_UP", "false", "whether showing a key's value asks for a fresh sign-in too"),
    plain("CONSOLE_IDLE_MINUTES", "30", "how long the console stays open that nobody uses, 2 to 1440 minutes"),
    plain("CONSOLE_SESSION_HOURS", "12", "how long a sign-in to the console lasts at most, 1 to 720 hours"),
    plain("WEB_BASE_URL", "the server's own address", "the base of links in mails"),
    plain("ALLOWED_ORIGINS", "empty", "comma-separated exact origins for CORS; empty means same-origin only"),
    plain("TRUSTED_PROXIES", "empty", "comma-separated addresses or CIDRs whose `X-Forwarded-For` is believed"),
    plain(
        "MAIL_FROM",
        "Vault API <no-reply@localhost>",
        "the sender of mails: `Name <address>` or an address; a real mail server wants one of a domain that is yours",
    ),
    secret(
        "SMTP_URL",
        "empty",
        "the mail server: `smtp://user:password@host:587` (STARTTLS, always) or `smtps://host:465` (TLS from the start), the certificate verified in both; `?tls_ca=/path.pem` for an authority of your own; `?tls=none` for a plain local server alone",
    ),
    secret(
        "SENDGRID_API_KEY",
        "empty",
        "SendGrid's key, with the right to send mail; used where `SMTP_URL` is not set",
    ),
    plain("SENDGRID_API_BASE", "https://api.sendgrid.com", "the base of SendGrid's API"),
    secret(
        "STRIPE_SECRET_KEY",
        "empty",
        "Stripe's secret key (`sk_…`) or a restricted one (`rk_…`); without one, billing answers 503 `billing_not_configured`",
    ),
    secret(
        "STRIPE_WEBHOOK_SECRET",
        "empty",
        "what Stripe signs its events with, `whsec_…`; comma-separated while one is being changed",
    ),
    plain(
        "STRIPE_PRICE_PRO",
        "empty",
        "the price of PRO, `price_…`; of several, comma-separated, the first is sold and the others still count for those who have them",
    ),
    plain("STRIPE_API_BASE", "https://api.stripe.com", "the base of Stripe's API"),
    plain("FREE_PLAN_MAX_KEYS", "3 where Stripe is configured, else no limit", "active keys on the FREE plan"),
    secret(
        "REDIS_URL",
        "empty",
        "`redis://:password@host:6379`, or `rediss://` for TLS: rate limits shared by several servers; without it each counts alone",
    ),
    plain("RATE_LIMIT_ENABLED", "true", "whether requests are limited; `false` is refused in production"),
    plain("RATE_LIMIT_AUTH_PER_MINUTE", "10", "requests to sign-in routes, for each client address"),
    plain(
        "RATE_LIMIT_API_PER_MINUTE",
        "600",
        "other requests, for each account, without a sign-in for each client address",
    ),
    plain(
        "RATE_LIMIT_REGISTER_PER_HOUR",
        "half of RATE_LIMIT_AUTH_PER_MINUTE",
        "new accounts, for each client address; in all, 20 times as many",
    ),
    plain(
        "RATE_LIMIT_RECOVER_PER_HOUR",
        "RATE_LIMIT_AUTH_PER_MINUTE",
        "mails that are asked for, for each client address",
    ),
    plain("RATE_LIMIT_MAILBOX_PER_HOUR", "3", "mails of one kind that are asked for, for each mailbox"),
    plain("RATE_LIMIT_REFRESH_PER_MINUTE", "three times RATE_LIMIT_AUTH_PER_MINUTE", "refreshes, for each session"),
    plain(
        "RATE_LIMIT_REVEAL_PER_MINUTE",
        "a twentieth of RATE_LIMIT_API_PER_MINUTE",
        "values shown in clear, for each account",
    ),
    plain(
        "RATE_LIMIT_VERIFY_PER_MINUTE",
        "ten times RATE_LIMIT_API_PER_MINUTE",
        "keys checked, for each account that asks, without a sign-in for each client address",
    ),
    plain("LOG_FORMAT", "text", "`text` or `json`"),
    plain("RUST_LOG", "info", "what is logged, as `info` or `vault_api=debug`"),
    secret("METRICS_TOKEN", "empty", "when set, `/metrics` asks for it as a bearer token"),
    later("CRYPTO_PREVIOUS_MASTER_KEYS", true),
    later("OTEL_EXPORTER_OTLP_ENDPOINT", false),
];

/// The beginnings by which a misspelt variable of ours is told from other programs' variables.
const PREFIXES: &[&str] = &[
    "VAULT_",
    "DATABASE_",
    "JWT_",
    "CRYPTO_",
    "BCRYPT_",
    "SMTP_",
    "SENDGRID_",
    "STRIPE_",
    "RATE_LIMIT",
    "RATELIMIT",
    "ENUMERATION_",
    "REQUIRE_",
    "STEP_UP",
    "REVEAL_STEP",
    "REDIS_",
    "REDIS_",
    "FREE_PLAN_",
    "METRICS_",
    "MAIL_",
    "TRUSTED_PROX",
    "ALLOWED_ORIG",
    "AUTO_MIGRAT",
    "PASSWORD_MIN",
    "WEB_BASE",
    "LOG_FORM",
    "DATA_DIR",
    "REFRESH_TOKEN",
    "REQUIRE_MF",
    "STEP_UP",
    "REVEAL_STEP",
    "ENVIRONMEN",
];

/// The variable with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

/// Warnings for what is set but unknown, or not used by this version yet.
pub fn warnings<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut out = Vec::new();
    for name in names {
        let base = name.strip_suffix("_FILE").unwrap_or(name);
        match find(name).or_else(|| find(base).filter(|variable| variable.is_secret)) {
            Some(variable) if !variable.is_used => {
                out.push(format!("{name} is set, but this version does not use it yet"));
            }
            None if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) => {
                out.push(format!("{name} is not a variable of ours; did you mean {}?", nearest(name)));
            }
            _ => {}
        }
    }
    out
}

fn nearest(name: &str) -> &'static str {
    VARIABLES.iter().map(|variable| variable.name).min_by_key(|known| distance(name, known)).unwrap_or("DATABASE_URL")
}

/// Levenshtein's distance: how many letters to insert, remove or change.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (slot, b) in row.iter_mut().skip(1).zip(right.bytes()) {
            let cost = diagonal + usize::from(a != b);
            diagonal = *slot;
            before = cost.min(diagonal + 1).min(before + 1);
            *slot = before;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_told_with_the_nearest_name() {
        let warnings = warnings(
            ["DATABASE_ULR", "JWT_SECRT", "PATH", "JWT_SECRET_FILE", "OTEL_EXPORTER_OTLP_ENDPOINT", "PORT"].into_iter(),
        );

        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[0].contains("DATABASE_URL"));
        assert!(warnings[1].contains("JWT_SECRET"));
        assert!(warnings[2].contains("does not use it yet"));
    }

    #[test]
    fn the_distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
