//! Turns the raw texts into a `Configuration`, with every fault at once.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf, str::FromStr};

use ipnet::IpNet;

use super::{
    ConfigFault, Configuration, ConsoleLife, Environment, LogFormat, MailWay, ProofRules, RequireMfa, SendGridSettings,
    Stage, limits,
    location::{self, PostgresSettings},
    mail, secrets, variables,
};
use crate::core::{
    random,
    secret::{Secret, SecretText},
    system,
};

/// The configuration that these variables give. In development, what lacks is generated into `DATA_DIR`.
///
/// # Errors
/// Every fault, each with its variable; no secret's value is in any of them.
pub fn read(environment: &Environment) -> Result<Configuration, Vec<ConfigFault>> {
    let mut reader = Reader { environment, files: BTreeMap::new(), faults: Vec::new() };
    reader.read_secret_files();
    let configuration = reader.configuration();
    match configuration {
        Some(configuration) if reader.faults.is_empty() => Ok(configuration),
        _ => Err(reader.faults),
    }
}

pub(super) struct Reader<'a> {
    environment: &'a Environment,
    /// What `NAME_FILE` gave, by `NAME`.
    files: BTreeMap<&'static str, String>,
    faults: Vec<ConfigFault>,
}

impl Reader<'_> {
    fn fault(&mut self, variable: &str, sentence: impl Into<String>) {
        self.faults.push(ConfigFault { variable: variable.into(), sentence: sentence.into() });
    }

    /// `NAME_FILE=/path` for every variable that holds a secret.
    fn read_secret_files(&mut self) {
        for variable in variables::VARIABLES.iter().filter(|variable| variable.is_secret) {
            let name = format!("{}_FILE", variable.name);
            let Some(path) = self.environment.get(&name) else { continue };
            if self.environment.contains_key(variable.name) {
                self.fault(&name, format!("is set together with {}; keep one of them", variable.name));
                continue;
            }
            match secrets::read_secret_file(&PathBuf::from(path)) {
                Ok(text) => {
                    self.files.insert(variable.name, text);
                }
                Err(sentence) => self.fault(&name, sentence),
            }
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.files
            .get(name)
            .or_else(|| self.environment.get(name))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    /// The value of `name` as `parse` reads it, or `default`; `None` after a fault.
    pub(super) fn value<T>(
        &mut self,
        name: &str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match self.text(name) {
            None => Some(default),
            Some(text) => match parse(&text) {
                Ok(value) => Some(value),
                Err(sentence) => {
                    self.fault(name, sentence);
                    None
                }
            },
        }
    }

    pub(super) fn number<T: FromStr + PartialOrd + Copy + std::fmt::Display>(
        &mut self,
        name: &str,
        default: T,
        least: T,
        most: T,
    ) -> Option<T> {
        self.value(name, default, |text| match text.parse::<T>() {
            Ok(number) if number >= least && number <= most => Ok(number),
            _ => Err(format!("must be a whole number from {least} to {most}")),
        })
    }

    fn configuration(&mut self) -> Option<Configuration> {
        let stage = self.value("ENVIRONMENT", Stage::Development, |text| match text {
            "development" => Ok(Stage::Development),
            "production" => Ok(Stage::Production),
            _ => Err("must be development or production".into()),
        });
        let stage_or_strict = stage.unwrap_or(Stage::Production);
        let data_dir = PathBuf::from(self.text("DATA_DIR").unwrap_or_else(|| "./data".into()));
        let least_cost = if stage_or_strict == Stage::Production { 10 } else { 4 };

        let host = self.value("HOST", "127.0.0.1".to_owned(), |text| {
            if text.parse::<IpAddr>().is_ok() || text == "localhost" {
                Ok(text.into())
            } else {
                Err("must be an IP address, as 127.0.0.1 or 0.0.0.0".into())
            }
        });
        let port = self.number("PORT", 8000_u16, 0, u16::MAX);
        let database = self.database(&data_dir);
        let auto_migrate = self.value("AUTO_MIGRATE", true, boolean);
        let jwt_expiration_minutes = self.number("JWT_EXPIRATION_MINUTES", 43_200_i64, 1, 5_256_000);
        let jwt_reset_minutes = self.number("JWT_RESET_TOKEN_MINUTES", 15_i64, 1, 1440);
        let refresh_token_days = self.number("REFRESH_TOKEN_DAYS", 90_i64, 1, 180);
        let require_verified_email =
            self.value("REQUIRE_VERIFIED_EMAIL", stage_or_strict == Stage::Production, boolean);
        let enumeration_protection = self.value("ENUMERATION_PROTECTION", false, boolean);
        let password_min_length = self.number("PASSWORD_MIN_LENGTH", 12_usize, 8, 64);
        let bcrypt_cost = self.number("BCRYPT_COST", 12_u32, least_cost, 15);
        let web_base_url = self.value("WEB_BASE_URL", None, |text| base_url(text).map(Some));
        let allowed_origins = self.value("ALLOWED_ORIGINS", Vec::new(), |text| list(text, origin));
        let trusted_proxies = self.value("TRUSTED_PROXIES", Vec::new(), |text| list(text, network));
        let mail_from = self.value("MAIL_FROM", mail::DEFAULT_SENDER.to_owned(), mail::sender);
        let mail_way = self.mail_way(stage_or_strict);
        let billing = self.billing();
        let free_plan_max_keys = self.free_plan(billing.as_ref());
        let redis_url = self.value("REDIS_URL", None, limits::redis);
        let rate_limits = self.rate_limits(stage_or_strict);
        let log_format = self.value("LOG_FORMAT", LogFormat::Text, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("must be text or json".into()),
        });
        let log_filter = self.value("RUST_LOG", "info".to_owned(), |text| {
            tracing_subscriber::EnvFilter::try_new(text)
                .map(|_| text.to_owned())
                .map_err(|_| "is no log filter; write for example info or vault_api=debug".into())
        });
        let metrics_token = self.value("METRICS_TOKEN", None, |text| {
            if text.len() < 16 {
                Err("must have at least 16 characters".into())
            } else {
                Ok(Some(SecretText::from(text)))
            }
        });
        let proof = self.proof_rules();
        let console = self.console_life();
        let jwt_secret = self.given("JWT_SECRET", stage_or_strict, secrets::jwt_secret);
        let master_key = self.given("CRYPTO_MASTER_KEY", stage_or_strict, secrets::master_key);
        // last: nothing is generated where something is wrong
        if !self.faults.is_empty() {
            return None;
        }
        let mut made = Vec::new();
        let jwt_secret = jwt_secret?.or_else(|| {
            let make = || random::base62(64).map_err(|error| error.to_string());
            self.kept("JWT_SECRET", &data_dir, &mut made, secrets::jwt_secret, make)
        });
        let master_key = master_key?.or_else(|| {
            let make = secrets::generate_master_key;
            self.kept("CRYPTO_MASTER_KEY", &data_dir, &mut made, secrets::master_key, make)
        });

        Some(Configuration {
            stage: stage?,
            host: host?,
            port: port?,
            database: database?,
            auto_migrate: auto_migrate?,
            jwt_secret: jwt_secret?,
            jwt_expiration_minutes: jwt_expiration_minutes?,
            jwt_reset_minutes: jwt_reset_minutes?,
            refresh_token_days: refresh_token_days?,
            require_verified_email: require_verified_email?,
            enumeration_protection: enumeration_protection?,
            master_key: master_key?,
            password_min_length: password_min_length?,
            bcrypt_cost: bcrypt_cost?,
            web_base_url: web_base_url?,
            allowed_origins: allowed_origins?,
            trusted_proxies: trusted_proxies?,
            mail_from: mail_from?,
            mail_way: mail_way?,
            billing: billing?,
            free_plan_max_keys: free_plan_max_keys?,
            redis_url: redis_url?,
            rate_limits: rate_limits?,
            log_format: log_format?,
            log_filter: log_filter?,
            metrics_token: metrics_token?,
            proof: proof?,
            console: console?,
            data_dir,
            made,
        })
    }

    fn console_life(&mut self) -> Option<ConsoleLife> {
        let idle_minutes = self.number("CONSOLE_IDLE_MINUTES", 30_i64, 2, 1440);
        let session_hours = self.number("CONSOLE_SESSION_HOURS", 12_i64, 1, 720);
        Some(ConsoleLife { idle_minutes: idle_minutes?, session_hours: session_hours? })
    }

    fn proof_rules(&mut self) -> Option<ProofRules> {
        let require_mfa = self.value("REQUIRE_MFA", RequireMfa::Nobody, |text| match text {
            "none" => Ok(RequireMfa::Nobody),
            "admins" => Ok(RequireMfa::Admins),
            "all" => Ok(RequireMfa::Everybody),
            _ => Err("must be none, admins or all".into()),
        });
        let step_up_minutes = self.number("STEP_UP_MINUTES", 15_i64, 1, 1440);
        let reveal_step_up = self.value("REVEAL_STEP_UP", false, boolean);
        Some(ProofRules {
            require_mfa: require_mfa?,
            step_up_minutes: step_up_minutes?,
            reveal_step_up: reveal_step_up?,
        })
    }

    fn database(&mut self, data_dir: &std::path::Path) -> Option<crate::core::database::Location> {
        let cores = u32::try_from(system::cores()).unwrap_or(1);
        let max_connections = self.number("DATABASE_MAX_CONNECTIONS", (cores * 8).clamp(10, 50), 2, 1000);
        let schema = self.value("DATABASE_SCHEMA", "auth".to_owned(), schema);
        let is_sound = schema.is_some() && max_connections.is_some();
        // read all the same, so that its own faults are told too
        let settings = PostgresSettings {
            schema: schema.unwrap_or_default(),
            max_connections: max_connections.unwrap_or_default(),
        };
        match location::locate(self.text("DATABASE_URL").as_deref(), data_dir, settings) {
            Ok(location) => is_sound.then_some(location),
            Err(sentence) => {
                self.fault("DATABASE_URL", sentence);
                None
            }
        }
    }

    /// SMTP where it is configured, else SendGrid, else a folder in development, else none.
    fn mail_way(&mut self, stage: Stage) -> Option<MailWay> {
        let base = self.value("SENDGRID_API_BASE", mail::SENDGRID.to_owned(), mail::sendgrid_base);
        let smtp = self.value("SMTP_URL", None, |text| mail::smtp(text, stage).map(Some));
        if let Some(settings) = smtp? {
            return Some(MailWay::Smtp(settings));
        }
        let key = self.value("SENDGRID_API_KEY", None, |text| mail::sendgrid_key(text).map(Some));
        if let Some(key) = key? {
            return Some(MailWay::SendGrid(SendGridSettings { key, base: base? }));
        }
        Some(if stage == Stage::Development { MailWay::Folder } else { MailWay::None })
    }

    /// A secret that is set; `None` inside where development may make it, `None` after a fault.
    fn given<T: zeroize::Zeroize>(
        &mut self,
        name: &'static str,
        stage: Stage,
        check: impl Fn(&str) -> Result<Secret<T>, String>,
    ) -> Option<Option<Secret<T>>> {
        match self.text(name) {
            Some(text) => check(&text).map_err(|sentence| self.fault(name, sentence)).ok().map(Some),
            // its file can not be read, which was told already
            None if self.environment.contains_key(&format!("{name}_FILE")) => None,
            None if stage == Stage::Production => {
                self.fault(name, "must be set in production; nothing is generated there");
                None
            }
            None => Some(None),
        }
    }

    /// A secret of development: the one kept in `data_dir`, or one that is made now.
    fn kept<T: zeroize::Zeroize>(
        &mut self,
        name: &'static str,
        data_dir: &std::path::Path,
        made: &mut Vec<super::Made>,
        check: impl Fn(&str) -> Result<Secret<T>, String>,
        make: impl FnOnce() -> Result<String, String>,
    ) -> Option<Secret<T>> {
        let kept = secrets::kept(&data_dir.join(name.to_lowercase()), make);
        let checked = kept.and_then(|(text, new)| {
            made.push(new);
            check(&text)
        });
        checked.map_err(|sentence| self.fault(name, sentence)).ok()
    }
}

pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

fn schema(text: &str) -> Result<String, String> {
    let is_plain = text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !text.starts_with("pg_");
    if is_plain { Ok(text.into()) } else { Err("must be a plain schema name: lowercase letters, digits and _".into()) }
}

fn list<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(parse).collect()
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("{text} is neither an address nor a CIDR, as 10.0.0.0/8"))
}

fn base_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|_| "must be an address, as https://vault.example.com")?;
    if !matches!(url.scheme(), "http" | "https")
        || url.host_str().is_none()
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
    {
        return Err("must be an address, as https://vault.example.com, without user, query or fragment".into());
    }
    Ok(url.as_str().trim_end_matches('/').into())
}

fn origin(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|_| format!("{text} is no origin, as https://app.example.com"))?;
    let origin = url.origin().ascii_serialization();
    if matches!(url.scheme(), "http" | "https") && origin == text {
        Ok(origin)
    } else {
        Err(format!("{text} is no exact origin; write {origin}"))
    }
}
