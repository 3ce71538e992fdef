//! The configuration: every fault names its variable, all at once, and never a value. `configuration_secrets` has the files.

use tempfile::TempDir;
use vault_api::core::configuration::{BillingWay, ConfigFault, Configuration, Environment, Stage, read, variables};

pub(super) const JWT: &str = "tVn3yq8Fz1Lk0cW7rXbD5mHs2aGpUe9J";
pub(super) const MASTER: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

pub(super) fn settings(folder: &TempDir, all: &[(&str, &str)]) -> Environment {
    let mut settings = Environment::from([("DATA_DIR".to_owned(), folder.path().display().to_string())]);
    settings.extend(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    settings
}

pub(super) fn faults_of(all: &[(&str, &str)]) -> Vec<ConfigFault> {
    let folder = tempfile::tempdir().unwrap();
    read(&settings(&folder, all)).expect_err("a fault")
}

pub(super) fn sound(all: &[(&str, &str)]) -> Configuration {
    let folder = tempfile::tempdir().unwrap();
    read(&settings(&folder, all)).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Each of these values is refused for its variable alone. The word `hush` must not be repeated.
const FAULTS: &[(&str, &str)] = &[
    ("ENVIRONMENT", "staging"),
    ("HOST", "example.com"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "http"),
    ("DATABASE_URL", "mysql://u:hush@h/db"),
    ("DATABASE_URL", "hush"),
    ("DATABASE_URL", "postgresql+nonsense://u:hush@h/db"),
    ("DATABASE_URL", "postgres://u:hush@h:notaport/db"),
    ("DATABASE_URL", "sqlite://:memory:"),
    ("DATABASE_SCHEMA", "Auth"),
    ("DATABASE_SCHEMA", "a\"; drop schema auth; --"),
    ("DATABASE_SCHEMA", "pg_catalog"),
    ("DATABASE_MAX_CONNECTIONS", "1"),
    ("DATABASE_MAX_CONNECTIONS", "many"),
    ("AUTO_MIGRATE", "maybe"),
    ("JWT_SECRET", "hush"),
    ("JWT_SECRET", "hush-your_super_secret_jwt_key_at_least_32_characters"),
    ("JWT_EXPIRATION_MINUTES", "0"),
    ("JWT_EXPIRATION_MINUTES", "30d"),
    ("JWT_RESET_TOKEN_MINUTES", "0"),
    ("CRYPTO_MASTER_KEY", "hush"),
    ("CRYPTO_MASTER_KEY", "aHVzaGh1c2hodXNoaHVzaA=="),
    ("CRYPTO_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("PASSWORD_MIN_LENGTH", "7"),
    ("PASSWORD_MIN_LENGTH", "65"),
    ("BCRYPT_COST", "3"),
    ("BCRYPT_COST", "16"),
    ("REQUIRE_MFA", "yes"),
    ("STEP_UP_MINUTES", "0"),
    ("STEP_UP_MINUTES", "1441"),
    ("REVEAL_STEP_UP", "sometimes"),
    ("CONSOLE_IDLE_MINUTES", "1"),
    ("CONSOLE_IDLE_MINUTES", "1441"),
    ("CONSOLE_SESSION_HOURS", "0"),
    ("CONSOLE_SESSION_HOURS", "a day"),
    ("WEB_BASE_URL", "vault.example.com"),
    ("WEB_BASE_URL", "https://hush:hush@vault.example.com"),
    ("WEB_BASE_URL", "javascript:alert(1)"),
    ("ALLOWED_ORIGINS", "https://app.example.com/path"),
    ("ALLOWED_ORIGINS", "*"),
    ("ALLOWED_ORIGINS", "https://a.example.com, null"),
    ("TRUSTED_PROXIES", "10.0.0.0/40"),
    ("TRUSTED_PROXIES", "proxy.example.com"),
    ("MAIL_FROM", "nobody"),
    ("MAIL_FROM", "a@b.cd\r\nBcc: x@y.zz"),
    ("STRIPE_SECRET_KEY", "hush"),
    ("STRIPE_SECRET_KEY", "pk_test_hush"),
    ("STRIPE_SECRET_KEY", "sk_hush_abc"),
    ("STRIPE_SECRET_KEY", "sk_test_hush\u{7}hush"),
    ("STRIPE_SECRET_KEY", "sk_test_hush hush"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_hush,"),
    ("STRIPE_WEBHOOK_SECRET", ",whsec_hush"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_hush,,whsec_hush"),
    ("STRIPE_WEBHOOK_SECRET", "sk_test_hush"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_hush hush"),
    ("STRIPE_PRICE_PRO", "prod_abc"),
    ("STRIPE_PRICE_PRO", "price_a,"),
    ("STRIPE_PRICE_PRO", "../price"),
    ("STRIPE_API_BASE", "api.stripe.com"),
    ("STRIPE_API_BASE", "http://api.stripe.com"),
    ("STRIPE_API_BASE", "https://user@api.stripe.com"),
    ("STRIPE_API_BASE", "https://api.stripe.com?x=1"),
    ("STRIPE_API_BASE", "file:///etc"),
    ("FREE_PLAN_MAX_KEYS", "-1"),
    ("FREE_PLAN_MAX_KEYS", "three"),
    ("LOG_FORMAT", "xml"),
    ("RUST_LOG", "vault_api=loudly"),
    ("METRICS_TOKEN", "hush"),
];

#[test]
fn every_fault_names_its_variable_and_says_what_to_do() {
    for (name, value) in FAULTS {
        // what can not be told to be development is held to the rules of production
        let faults = faults_of(&[("JWT_SECRET", JWT), ("CRYPTO_MASTER_KEY", MASTER), (name, value)]);

        let named: Vec<_> = faults.iter().map(|fault| fault.variable.as_str()).collect();
        assert_eq!(named, [*name], "{name}={value}");
        let text = faults[0].to_string();
        assert!(
            text.starts_with(&format!("{name}: ")) && !text.contains('\n') && text.len() > name.len() + 12,
            "{text}"
        );
    }
}

#[test]
fn no_fault_repeats_the_value_of_a_secret() {
    for (name, value) in
        FAULTS.iter().filter(|(name, _)| variables::find(name).is_some_and(|variable| variable.is_secret))
    {
        let text = faults_of(&[(name, value)])[0].to_string();

        assert!(!text.contains("hush") && !text.contains(value), "{text}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let all = [
        ("PORT", "x"),
        ("BCRYPT_COST", "x"),
        ("AUTO_MIGRATE", "x"),
        ("JWT_SECRET", "short"),
        ("CRYPTO_MASTER_KEY", "short"),
        ("DATABASE_URL", "x"),
        ("LOG_FORMAT", "x"),
    ];

    let faults = faults_of(&all);

    let mut named: Vec<_> = faults.iter().map(|fault| fault.variable.as_str()).collect();
    let mut expected: Vec<_> = all.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    expected.sort_unstable();
    assert_eq!(named, expected);
}

#[test]
fn production_refuses_a_cheap_password_hash() {
    let production = [("ENVIRONMENT", "production"), ("JWT_SECRET", JWT), ("CRYPTO_MASTER_KEY", MASTER)];

    assert_eq!(sound(&production).stage, Stage::Production);
    let faults = faults_of(&[&production[..], &[("BCRYPT_COST", "9")]].concat());

    assert_eq!(faults[0].variable, "BCRYPT_COST");
}

#[test]
fn without_any_variable_the_defaults_of_the_documentation_hold() {
    let found = sound(&[]);

    assert_eq!((found.stage, found.host.as_str(), found.port), (Stage::Development, "127.0.0.1", 8000));
    assert_eq!((found.jwt_expiration_minutes, found.jwt_reset_minutes), (43_200, 15));
    assert_eq!((found.password_min_length, found.bcrypt_cost, found.auto_migrate), (12, 12, true));
    assert_eq!(
        (found.free_plan_max_keys, found.web_base_url.as_deref(), found.mail_from.as_str()),
        (None, None, "Vault API <no-reply@localhost>")
    );
    assert!(found.allowed_origins.is_empty() && found.trusted_proxies.is_empty() && found.metrics_token.is_none());
}

#[test]
fn the_free_plan_has_a_limit_where_stripe_is_configured() {
    assert_eq!(sound(&[("STRIPE_SECRET_KEY", "sk_test_x")]).free_plan_max_keys, Some(3));
    assert_eq!(sound(&[("STRIPE_SECRET_KEY", "sk_test_x"), ("FREE_PLAN_MAX_KEYS", "10")]).free_plan_max_keys, Some(10));
    assert_eq!(sound(&[("FREE_PLAN_MAX_KEYS", "0")]).free_plan_max_keys, Some(0));
}

#[test]
fn stripes_settings_are_read_and_the_key_alone_is_enough() {
    let alone = sound(&[("STRIPE_SECRET_KEY", "rk_live_MARKER")]);
    let stripe = alone.billing.settings().expect("settings");
    assert_eq!((stripe.base.as_str(), stripe.is_live, stripe.mode()), ("https://api.stripe.com", true, "live"));
    let lacks: Vec<_> = stripe.lacks().iter().map(|lack| lack.variable).collect();
    assert_eq!(lacks, ["STRIPE_PRICE_PRO", "STRIPE_WEBHOOK_SECRET"]);
    assert!(!format!("{alone:?}").contains("MARKER"));

    let whole = sound(&[
        ("STRIPE_SECRET_KEY", "sk_test_MARKER"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_MARKER1, whsec_MARKER2"),
        ("STRIPE_PRICE_PRO", "price_new,price_old"),
        ("STRIPE_API_BASE", "http://127.0.0.1:8420/v1/"),
    ]);
    let stripe = whole.billing.settings().expect("settings");
    assert_eq!((stripe.base.as_str(), stripe.is_live), ("http://127.0.0.1:8420", false));
    assert_eq!(
        (stripe.prices.as_slice(), stripe.webhook_secrets.len()),
        (&["price_new".to_owned(), "price_old".into()][..], 2)
    );
    assert!(stripe.lacks().is_empty() && !format!("{whole:?}").contains("MARKER"));

    assert!(sound(&[("STRIPE_PRICE_PRO", "price_new")]).billing.settings().is_none());
}

#[test]
fn a_simulated_stripe_brings_the_free_plans_limit() {
    let settings = sound(&[("STRIPE_SECRET_KEY", "sk_test_x")]).billing.settings().cloned().expect("settings");
    for (set, limit) in [(&[][..], Some(3)), (&[("FREE_PLAN_MAX_KEYS", "7")], Some(7))] {
        let mut configuration = sound(set);
        configuration.simulate_stripe(settings.clone());
        assert_eq!(configuration.free_plan_max_keys, limit);
        assert!(matches!(configuration.billing, BillingWay::Simulated(_)));
    }
}

#[test]
fn what_is_sound_is_read() {
    for (name, value) in [
        ("HOST", "::1"),
        ("HOST", "0.0.0.0"),
        ("PORT", "0"),
        ("AUTO_MIGRATE", "False"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, ::1, 192.168.1.7"),
        ("ALLOWED_ORIGINS", "https://a.example.com,http://localhost:5173"),
        ("WEB_BASE_URL", "https://vault.example.com/under/"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@h/db"),
        ("CRYPTO_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"),
        ("JWT_SECRET", JWT),
        ("RUST_LOG", "info,vault_api=debug"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(&settings(&folder, &[(name, value)])).is_ok(), "{name}={value}");
    }
}

#[test]
fn the_configuration_never_shows_a_secret() {
    let shown = format!(
        "{:?}",
        sound(&[
            ("JWT_SECRET", JWT),
            ("CRYPTO_MASTER_KEY", MASTER),
            ("DATABASE_URL", "postgres://u:hush@h/db"),
            ("METRICS_TOKEN", "hush-hush-hush-hush")
        ])
    );

    for secret in [JWT, MASTER, "hush", "0123456789abcdef"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_misspelt_variable_is_told_with_the_nearest_name() {
    for (written, meant) in [
        ("DATABASE_ULR", "DATABASE_URL"),
        ("JWT_SECERT", "JWT_SECRET"),
        ("CRYPTO_MASTERKEY", "CRYPTO_MASTER_KEY"),
        ("BCRYPT_COSTS", "BCRYPT_COST"),
    ] {
        let warnings = variables::warnings([written].into_iter());
        assert!(warnings.len() == 1 && warnings[0].contains(written) && warnings[0].contains(meant), "{warnings:?}");
    }
    assert_eq!(
        variables::warnings(["PATH", "HOME", "PORT", "JWT_SECRET_FILE", "LANG"].into_iter()),
        Vec::<String>::new()
    );
}
