//! Both engines have the same schema, and it is the one that the outside was promised.

use std::{collections::BTreeSet, path::Path};

use crate::support::{Engine, TestApp};

/// Names that Supabase Auth keeps in its own `auth`; a star stands for any ending.
const SUPABASE: &[&str] = &[
    "users",
    "sessions",
    "refresh_tokens",
    "identities",
    "audit_log_entries",
    "one_time_tokens",
    "schema_migrations",
    "mfa_*",
    "flow_state",
    "instances",
    "sso_*",
    "saml_*",
    "oauth_*",
    "webauthn_*",
];

#[test]
fn the_two_folders_of_migrations_hold_the_same_names() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };

    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").len() >= 5);
}

#[test]
fn every_file_of_migrations_is_one_that_the_program_runs() {
    let program =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/core/database/migrations.rs")).unwrap();

    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            program.contains(&format!("\"{}\"", name.trim_end_matches(".sql"))),
            "{name} is in the folder but not in the list"
        );
    }
}

async fn both() -> (TestApp, TestApp) {
    tokio::join!(TestApp::start(Engine::Sqlite), TestApp::start(Engine::Postgres))
}

async fn compare(what: &str, sqlite: &str, postgres: &str, tidy: fn(&str) -> String) {
    let (embedded, server) = both().await;
    let read = |text: String| -> BTreeSet<String> { text.lines().map(tidy).collect() };

    let (left, right) = (read(embedded.sql(sqlite).await), read(server.sql(postgres).await));

    let missing: Vec<_> = left.symmetric_difference(&right).collect();
    assert!(missing.is_empty(), "{what} on one engine alone: {missing:#?}");
    assert!(left.len() >= 3, "too few {what} were found: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_columns_types_and_nullability_are_the_same_on_both_engines() {
    compare(
        "columns",
        "select m.name, p.name, p.\"notnull\", lower(p.type) from sqlite_master m, pragma_table_info(m.name) p
         where m.type = 'table' and m.name not like 'sqlite_%'",
        "select table_name, column_name, case is_nullable when 'NO' then 1 else 0 end, data_type from information_schema.columns where table_schema = 'auth'",
        |line| {
            // one class of types for each type that SQLite's strict tables know
            let (rest, kind) = line.rsplit_once('|').unwrap();
            let class = match kind {
                "blob" | "uuid" | "bytea" => "blob",
                "integer" | "bigint" | "boolean" => "integer",
                "text" | "timestamp with time zone" | "date" => "text",
                other => other,
            };
            format!("{rest}|{class}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn primary_keys_are_the_same_on_both_engines() {
    compare(
        "primary keys",
        "select m.name, p.pk, p.name from sqlite_master m, pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite_%' and p.pk > 0",
        "select c.relname, array_position(k.conkey, a.attnum), a.attname from pg_constraint k
         join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
         where k.contype = 'p' and n.nspname = 'auth'",
        str::to_owned,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_are_the_same_on_both_engines() {
    compare(
        "indexes",
        "select replace(sql, char(10), ' ') from sqlite_master where type = 'index' and sql is not null",
        "select indexdef from pg_indexes where schemaname = 'auth' and indexname not like '%\\_pkey'",
        |line| {
            let mut text = line.to_lowercase();
            for noise in ["using btree", "auth.", "::text", "\"", "(", ")", " "] {
                text = text.replace(noise, "");
            }
            text
        },
    )
    .await;
}

const FOREIGN_KEYS_SQLITE: &str = "select m.name, f.\"from\", f.\"table\", coalesce(f.\"to\", 'id'), f.on_delete
     from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'";
const FOREIGN_KEYS_POSTGRES: &str = "select c.relname, a.attname, r.relname, b.attname,
        case k.confdeltype when 'c' then 'CASCADE' when 'a' then 'NO ACTION' when 'n' then 'SET NULL' else k.confdeltype::text end
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_class r on r.oid = k.confrelid
     join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1] join pg_attribute b on b.attrelid = r.oid and b.attnum = k.confkey[1]
     where k.contype = 'f' and n.nspname = 'auth' and cardinality(k.conkey) = 1";

#[tokio::test(flavor = "multi_thread")]
async fn foreign_keys_are_the_same_on_both_engines() {
    compare("foreign keys", FOREIGN_KEYS_SQLITE, FOREIGN_KEYS_POSTGRES, str::to_owned).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_that_a_column_may_hold_are_the_same_on_both_engines() {
    // on both sides a line is a table with a check; what counts are the quoted words
    let words = |line: &str| -> String {
        let (table, text) = line.split_once('|').unwrap();
        // SQLite shows an added column's default, the empty list, in the same text
        let mut words: Vec<_> = text.split('\'').skip(1).step_by(2).filter(|word| *word != "[]").collect();
        words.sort_unstable();
        format!("{table} {words:?}")
    };
    let (embedded, server) = both().await;
    let left = embedded
        .sql(
            "select name, replace(sql, char(10), ' ') from sqlite_master where type = 'table' and sql like '%check (%'",
        )
        .await;
    let right = server
        .sql("select c.relname, string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k join pg_class c on c.oid = k.conrelid
              join pg_namespace n on n.oid = c.relnamespace where k.contype = 'c' and n.nspname = 'auth' group by c.relname")
        .await;

    let (left, right): (BTreeSet<_>, BTreeSet<_>) =
        (left.lines().map(words).collect(), right.lines().map(words).collect());

    assert_eq!(left, right);
    assert!(left.iter().any(|line| line.contains("admin")) && left.len() >= 2, "{left:?}");
}

on_both! {
    async fn what_belongs_to_an_account_goes_with_it(app: TestApp) {
        let keys = app.sql(if app.engine == Engine::Sqlite { FOREIGN_KEYS_SQLITE } else { FOREIGN_KEYS_POSTGRES }).await;

        for line in keys.lines() {
            assert!(line.ends_with("|user|id|CASCADE") || line.ends_with("|api_keys|id|CASCADE"), "{line}");
        }
        let tables: BTreeSet<_> = keys.lines().map(|line| line.split('|').next().unwrap()).collect();
        for table in ["account_keys", "api_keys", "idempotency_keys", "invoices", "login_sessions", "password_resets"] {
            assert!(tables.contains(table), "{table} does not belong to an account");
        }
    }

    async fn the_promised_columns_of_accounts_are_there_by_their_exact_names(app: TestApp) {
        let promised = ["id", "email", "password", "name", "role", "emailVerified", "plan", "createdAt", "updatedAt"];

        let columns = match app.engine {
            Engine::Sqlite => app.sql("select name from pragma_table_info('user')").await,
            Engine::Postgres => app.sql("select column_name from information_schema.columns where table_schema = 'auth' and table_name = 'user'").await,
        };

        let columns: BTreeSet<_> = columns.lines().collect();
        for column in promised {
            assert!(columns.contains(column), "{column} is not among {columns:?}");
        }
    }

    async fn the_promised_tables_are_there_and_none_has_a_name_of_supabase(app: TestApp) {
        let tables = app.sql_tables().await;

        for promised in ["user", "api_keys", "invoices"] {
            assert!(tables.iter().any(|table| table == promised), "{promised} is not among {tables:?}");
        }
        for table in &tables {
            let collides = SUPABASE.iter().any(|name| match name.strip_suffix('*') {
                Some(beginning) => table.starts_with(beginning),
                None => table == name,
            });
            assert!(!collides, "{table} is a table of Supabase Auth");
        }
    }

    async fn columns_are_written_in_camel_case(app: TestApp) {
        let columns = match app.engine {
            Engine::Sqlite => app.sql("select p.name from sqlite_master m, pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite_%'").await,
            Engine::Postgres => app.sql("select column_name from information_schema.columns where table_schema = 'auth'").await,
        };

        for column in columns.lines() {
            assert!(!column.contains('_'), "{column} is not camelCase");
        }
    }

    async fn all_tables_of_the_embedded_database_are_strict(app: TestApp) {
        if app.engine == Engine::Postgres {
            return; // PostgreSQL knows no others
        }

        let lax = app.sql("select name from pragma_table_list where schema = 'main' and type = 'table' and strict = 0 and name not like 'sqlite_%'").await;

        assert_eq!(lax, "", "these tables take any type in any column");
    }
}
