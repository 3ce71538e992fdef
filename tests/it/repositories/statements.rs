//! Every statement of the repositories is one that both engines understand.
//!
//! The constants are read from the sources, so that a new statement is tested without anybody thinking of it.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};
use vault_api::core::database::Location;

use crate::support::Engine;

/// A statement and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) place: String,
    pub(super) text: String,
}

on_both! {
    async fn every_statement_of_the_repositories_can_be_prepared(app: TestApp) {
        let statements = all_statements();
        assert!(statements.len() >= 30, "only {} statements were found", statements.len());

        let mut faults = Vec::new();
        for statement in statements.iter().filter(|statement| is_for(&statement.place, app.engine)) {
            if let Err(fault) = prepare(&app.app.config.database, &statement.text).await {
                faults.push(format!("{}: {fault}\n{}", statement.place, statement.text));
            }
        }

        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn a_statement_with_a_misspelt_column_is_not_prepared(app: TestApp) {
        let faulty = [
            "select id, emial from auth.\"user\" where id = $1",
            "select id from auth.users",
            "update auth.mail_outbox set attempts = where id = $1",
            "insert into auth.deployment (id) values ($1, $2)",
        ];

        for text in faulty {
            assert!(prepare(&app.app.config.database, text).await.is_err(), "{text}");
        }
    }
}

#[test]
fn constants_are_read_with_their_escapes() {
    let source = "const SQL: &str = \"\n  select \\\"userId\\\" from auth.t where a like $1 escape '\\\\'\";\nconst MOST: i64 = 3;\n/// const NO: &str\n    const B: &str = \"one \\\n     line\";";

    let found: Vec<_> =
        constants("file.rs", source).into_iter().map(|statement| (statement.place, statement.text)).collect();

    let expected = [
        ("file.rs:1 SQL", "\n  select \"userId\" from auth.t where a like $1 escape '\\'"),
        ("file.rs:5 B", "one line"),
    ];
    assert_eq!(found, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
}

#[test]
fn every_statement_is_lower_case_and_names_its_schema() {
    let keywords = ["SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "WHERE", "VALUES", "ORDER", "LIMIT"];

    for Statement { place, text } in all_statements() {
        assert!(
            !keywords.iter().any(|word| text.split_whitespace().any(|part| part == *word)),
            "{place}: SQL is written in lower case"
        );
        assert!(text.contains("auth."), "{place}: a table is named with its schema, `auth.`");
        for banned in ["now()", "gen_random_uuid", "ilike", "::", "for update", "->", "returning *", "select *"] {
            assert!(!text.contains(banned), "{place}: `{banned}` does not do the same on both engines");
        }
    }
}

/// A constant whose name ends in an engine's is for that engine alone.
pub(super) fn is_for(place: &str, engine: Engine) -> bool {
    match engine {
        Engine::Sqlite => !place.ends_with("_OF_POSTGRES"),
        Engine::Postgres => !place.ends_with("_OF_SQLITE"),
    }
}

async fn prepare(database: &Location, text: &str) -> Result<(), sqlx::Error> {
    match database {
        Location::Sqlite { path } => {
            let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await?;
            let text = AssertSqlSafe(text.replace("auth.", "")).into_sql_str();
            (&mut connection).prepare(text).await.map(|_| ())
        }
        Location::Postgres { url, .. } => {
            let mut connection = PgConnection::connect(url.expose()).await?;
            let text = AssertSqlSafe(text.replace("auth.", "\"auth\".")).into_sql_str();
            (&mut connection).prepare(text).await.map(|_| ())
        }
    }
}

pub(super) fn all_statements() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/repositories");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            constants(&file.file_name().unwrap().to_string_lossy(), &std::fs::read_to_string(file).unwrap())
        })
        .collect()
}

/// The `const NAME: &str = "…"` of a source.
fn constants(file: &str, source: &str) -> Vec<Statement> {
    const TYPE: &str = ": &str = \"";
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = source[from..].find(TYPE).map(|at| at + from) {
        let before = source[..start].rsplit('\n').next().unwrap();
        let begin = start + TYPE.len();
        let (text, length) = literal(&source[begin..]);
        if let Some(name) = before.trim().strip_prefix("const ") {
            let line = source[..start].matches('\n').count() + 1;
            found.push(Statement { place: format!("{file}:{line} {name}"), text });
        }
        from = begin + length;
    }
    found
}

/// The text of a string literal up to its closing quote, and how long it is in the source.
fn literal(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut letters = source.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, at),
            '\\' => match letters.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('\n') => while letters.next_if(|(_, letter)| letter.is_whitespace()).is_some() {},
                Some(escaped) => text.push(escaped),
                None => break,
            },
            letter => text.push(letter),
        }
    }
    panic!("a string that does not end: {source}");
}
