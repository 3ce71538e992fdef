//! Reads `DATABASE_URL`: which engine, where, and what SQLAlchemy's spellings mean.

use std::path::{Path, PathBuf};

use url::Url;

use crate::core::{database::Location, secret::SecretText};

const DRIVERS: &[&str] = &["pg8000", "psycopg", "psycopg2", "psycopg2cffi", "asyncpg", "psycopg_async"];

/// What surrounds the address of a PostgreSQL database.
pub(super) struct PostgresSettings {
    pub(super) schema: String,
    pub(super) max_connections: u32,
}

/// The database that the text names. The error is a sentence without the text: it may hold a password.
pub(super) fn locate(text: Option<&str>, data_dir: &Path, settings: PostgresSettings) -> Result<Location, String> {
    let Some(text) = text else {
        return Ok(Location::Sqlite { path: data_dir.join("vault.db") });
    };
    let (scheme, rest) = text.split_once(':').ok_or("must begin with sqlite:// or postgres://")?;
    let (engine, driver) = scheme.split_once('+').map_or((scheme, None), |(engine, driver)| (engine, Some(driver)));
    match engine {
        "sqlite" if driver.is_none_or(|driver| driver == "aiosqlite" || driver == "pysqlite") => {
            sqlite(rest).map(|path| Location::Sqlite { path })
        }
        "postgres" | "postgresql" => match driver {
            Some(driver) if !DRIVERS.contains(&driver) => {
                Err(format!("the driver suffix +{driver} is not known; leave it out"))
            }
            _ => postgres(rest, settings),
        },
        _ => Err("must begin with sqlite:// or postgres://".into()),
    }
}

fn sqlite(rest: &str) -> Result<PathBuf, String> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() || path == ":memory:" || path == "/:memory:" {
        return Err("an embedded database needs a file: sqlite://PATH".into());
    }
    Ok(PathBuf::from(path))
}

fn postgres(rest: &str, settings: PostgresSettings) -> Result<Location, String> {
    let mut url = Url::parse(&format!("postgres:{rest}"))
        .map_err(|_| "can not be understood; write postgres://user:password@host:5432/database")?;
    if !url.path().is_empty() && url.path() != "/" && url.path().matches('/').count() > 1 {
        return Err("names more than one database; write postgres://user:password@host:5432/database".into());
    }
    let mut pooled = (url.port() == Some(6543)).then_some(true);
    let mut kept = Vec::new();
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "pgbouncer" => {
                pooled = Some(match value.as_ref() {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return Err("pgbouncer= takes true or false".into()),
                });
            }
            // asyncpg's spelling
            "ssl" => kept
                .push(("sslmode".to_owned(), if value == "true" { "require".to_owned() } else { value.into_owned() })),
            "sslmode"
                if !matches!(
                    value.as_ref(),
                    "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full"
                ) =>
            {
                return Err("sslmode= takes disable, allow, prefer, require, verify-ca or verify-full".into());
            }
            "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "host" | "hostaddr" | "port" | "user" | "password"
            | "dbname" | "application_name" | "options" => kept.push((name.into_owned(), value.into_owned())),
            // settings of other drivers that mean nothing here
            _ => tracing::warn!(parameter = %name, "DATABASE_URL: this parameter is not known and does nothing"),
        }
    }
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Ok(Location::Postgres {
        url: SecretText::new(url.into()),
        schema: settings.schema,
        max_connections: settings.max_connections,
        pooled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Location, String> {
        locate(Some(text), Path::new("/d"), PostgresSettings { schema: "auth".into(), max_connections: 10 })
    }

    #[test]
    fn the_driver_suffixes_of_sqlalchemy_mean_plain_postgresql() {
        for scheme in [
            "postgres",
            "postgresql",
            "postgresql+pg8000",
            "postgresql+psycopg",
            "postgresql+psycopg2",
            "postgresql+asyncpg",
        ] {
            match read(&format!("{scheme}://u:p%40ss@h:5433/db?sslmode=require&pgbouncer=true")) {
                Ok(Location::Postgres { url, pooled, .. }) => {
                    assert_eq!(url.expose(), "postgres://u:p%40ss@h:5433/db?sslmode=require");
                    assert_eq!(pooled, Some(true));
                }
                other => panic!("{scheme}: {other:?}"),
            }
        }
    }

    #[test]
    fn paths_of_the_embedded_database_may_be_relative_or_absolute() {
        for (text, path) in [
            ("sqlite://a/b.db", "a/b.db"),
            ("sqlite:///a/b.db", "/a/b.db"),
            ("sqlite:b.db", "b.db"),
            ("sqlite+aiosqlite:///x.db", "/x.db"),
        ] {
            match read(text) {
                Ok(Location::Sqlite { path: found }) => assert_eq!(found, Path::new(path)),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_can_not_be_understood_is_refused_without_its_text() {
        for text in [
            "mysql://u:hush@h/db",
            "hush",
            "postgresql+nonsense://u:hush@h/db",
            "sqlite::memory:",
            "sqlite://",
            "postgres://u:hush@h:99999/db",
            "postgres://u:hush@h/a/b",
            "postgres://u:hush@h/db?sslmode=no",
        ] {
            let sentence = read(text).expect_err(text);
            assert!(!sentence.contains("hush"), "{sentence}");
        }
    }

    #[test]
    fn supabase_s_pooled_port_is_known() {
        assert!(matches!(read("postgres://u@h:6543/db"), Ok(Location::Postgres { pooled: Some(true), .. })));
        assert!(matches!(read("postgres://u@h:5432/db"), Ok(Location::Postgres { pooled: None, .. })));
    }
}
