//! The lists of one account read that account's rows, also where it has most of the table and the newest rows are others':
//! a planner that thinks the account's rows are everywhere likes to walk the primary key past all those others.

use super::{
    samples::stored_user,
    statements::{Statement, all_statements, is_for},
};
use crate::support::{Engine, TestApp};

/// How many rows each table gets: the last tenth, the newest, belongs to others.
const ROWS: u32 = 10_000;
const OTHERS: usize = 9;

/// The first and the last identifier.
const NIL: &str = "'00000000-0000-0000-0000-000000000000'";
const MAX: &str = "'ffffffff-ffff-ffff-ffff-ffffffffffff'";

/// A list: where its statement stands, what is bound to it and which indexes may serve it.
struct List {
    file: &'static str,
    /// Which of the file's lists, from 0.
    place: usize,
    arguments: &'static str,
    indexes: &'static [&'static str],
    /// Whether the index gives the order too, so that nothing is sorted.
    is_sorted: bool,
}

const fn list(file: &'static str, place: usize, arguments: &'static str, index: &'static [&'static str]) -> List {
    List { file, place, arguments, indexes: index, is_sorted: index.len() == 1 }
}

const LISTS: [List; 9] = [
    list("api_key_lists.rs", 0, "ACCOUNT, false, LEAST, MOST, 21", &["api_keys_list"]),
    list("api_key_lists.rs", 1, "ACCOUNT, false, LEAST, MOST, null, null, null, null, NOW, 21", &["api_keys_list"]),
    list(
        "api_key_lists.rs",
        2,
        "ACCOUNT, NOW, SOON, MOST, null, null, null, null, NOW, 21",
        &["api_keys_expiry", "api_keys_list"],
    ),
    list("login_sessions.rs", 0, "ACCOUNT, LEAST, MOST, NOW, 21", &["login_sessions_user"]),
    list("program_tokens.rs", 0, "ACCOUNT, LEAST, MOST, false, 21", &["program_tokens_user"]),
    list("invoices.rs", 0, "ACCOUNT, LEAST, MOST, 21", &["invoices_user"]),
    list("audit_trail.rs", 0, "ACCOUNT, 100000, 21", &["audit_trail_chain"]),
    // with a filter the rows of the chain may be read first and sorted then, which costs no other account anything
    List {
        is_sorted: false,
        ..list("audit_trail.rs", 1, "ACCOUNT, 100000, LONG_AGO, SOON, null, true, LEAST, 21", &["audit_trail_chain"])
    },
    List {
        is_sorted: false,
        ..list("audit_trail.rs", 3, "ACCOUNT, 100000, LONG_AGO, SOON, null, true, LEAST, 21", &["audit_trail_chain"])
    },
];

on_both! {
    async fn a_list_of_one_account_does_not_walk_past_the_rows_of_others(app: TestApp) {
        let owners = filled(&app).await;

        let mut faults = Vec::new();
        for list in &LISTS {
            let statement = statement_of(list);
            if !is_for(&statement.place, app.engine) {
                continue;
            }
            for owner in &owners[..2] {
                for plan in plans(&app, &statement, list, owner).await {
                    let is_served = list.indexes.iter().any(|index| plan.contains(index));
                    let is_sorted = plan.contains("TEMP B-TREE") || plan.contains("Sort Key");
                    if !is_served || plan.contains("_pkey") || (list.is_sorted && is_sorted) {
                        faults.push(format!("{}: {}\n{plan}", statement.place, list.indexes.join(" or ")));
                    }
                }
            }
        }

        assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_keeps_the_plan_of_a_page_in_accounts_of_all_sizes() {
    let app = TestApp::start(Engine::Postgres).await;
    let owners = filled(&app).await;
    let owner = app.sql_id(&owners[0]);
    app.sql("analyze").await;

    let smaller = app.sql_id(&owners[1]);
    let page = |owner: &str| format!("{owner}, false, {NIL}, {MAX}, 21");
    // the same page with filters that filter nothing, for comparison: every request pays for a plan of its own
    let filtered = format!("{owner}, false, {NIL}, {MAX}, null, null, null, null, '2100-01-01T00:00:00Z', 21");

    let kept = [
        kept_plans(&app, &statement_of(&LISTS[0]).text, &page(&owner)).await,
        kept_plans(&app, &statement_of(&LISTS[0]).text, &page(&smaller)).await,
        kept_plans(&app, &statement_of(&LISTS[1]).text, &filtered).await,
    ];

    assert_eq!(kept, [15, 15, 0], "of 20 executions, five are planned for their values first");
}

/// How many of twenty executions took the plan that is kept for all values.
async fn kept_plans(app: &TestApp, text: &str, arguments: &str) -> u32 {
    let executions = format!("execute list({arguments}); ").repeat(20);
    let counted = "select 'kept ' || generic_plans from pg_prepared_statements where name = 'list'";
    let printed = app.sql(&format!("prepare list as {text}; {executions} {counted}")).await;
    printed.lines().last().and_then(|line| line.strip_prefix("kept ")).unwrap().parse().unwrap()
}

#[test]
fn no_list_of_one_account_is_ordered_by_the_identifier_alone() {
    let faulty: Vec<_> = all_statements()
        .into_iter()
        .filter(|statement| statement.text.contains("\"userId\" = $") && statement.text.contains("order by id desc"))
        .map(|statement| statement.place)
        .collect();

    assert!(faulty.is_empty(), "order as the account's index does, see src/repositories/api_key_lists.rs: {faulty:?}");
}

fn statement_of(list: &List) -> Statement {
    let is_list = |statement: &Statement| {
        let place = statement.place.split(':').next().unwrap();
        place == list.file && statement.text.contains("order by") && statement.text.contains("\n        limit ")
    };
    all_statements().into_iter().filter(is_list).nth(list.place).expect(list.file)
}

/// Fills the tables that are listed; the accounts, first the one that has nearly everything.
async fn filled(app: &TestApp) -> Vec<String> {
    let mut owners = Vec::new();
    for number in 0..=OTHERS {
        owners.push(stored_user(app, &format!("owner{number}@example.com")).await.id.0.to_string());
    }
    let cases: Vec<_> = (1..=OTHERS).map(|other| format!("when {other} then {}", app.sql_id(&owners[other]))).collect();
    let owner = format!(
        "case when i <= {} then {} else case 1 + i % {OTHERS} {} end end",
        ROWS / 10 * 9,
        app.sql_id(&owners[0]),
        cases.join(" ")
    );
    let (id, owner, bytes) = match app.engine {
        Engine::Sqlite => ("cast(char(1) || printf('%015d', i) as blob)", owner, "blob"),
        Engine::Postgres => (
            "cast('01000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0') as uuid)",
            format!("cast({owner} as uuid)"),
            "bytea",
        ),
    };
    let (then, later) = ("'2026-01-01T00:00:00.000Z'", "'2100-01-15T00:00:00.000Z'");
    let soon = "case when i % 10 = 0 then '2100-01-15T00:00:00.000Z' end";
    let soon = if app.engine == Engine::Postgres { format!("cast({soon} as timestamptz)") } else { soon.to_owned() };
    let unique = format!("cast('f' || i as {bytes})");
    for (table, columns, values) in [
        (
            "api_keys",
            r#"name, kind, provider, "providerConfig", tags, scopes, prefix, last4, "searchText", fingerprint, sealed, version, revision, enabled, revoked, "createdAt", "updatedAt", "expiresAt""#,
            format!(
                "'key ' || i, 'stored', 'custom', '{{}}', '[]', '[]', '', '', '', {unique}, {unique}, 1, 1, true, i % 20 = 1, {then}, {then}, {soon}"
            ),
        ),
        (
            "login_sessions",
            r#"ip, "userAgent", "createdAt", "lastSeenAt", "expiresAt""#,
            format!("'', '', {then}, {then}, {later}"),
        ),
        (
            "program_tokens",
            r#"name, digest, prefix, last4, scopes, "allowedIps", "lastUsedIp", "createdAt""#,
            format!("'', {unique}, '', '', '[]', '[]', '', {then}"),
        ),
        (
            "invoices",
            r#""stripeInvoiceId", amount, currency, status, "createdAt""#,
            format!("'in_' || i, 900, 'eur', 'paid', {then}"),
        ),
        (
            "audit_trail",
            r#"seq, action, "objectType", ip, "userAgent", "requestId", details, "createdAt", mac"#,
            format!("i + 100, 'key.revealed', 'api_key', '', '', '', '{{}}', {then}, {unique}"),
        ),
    ] {
        let whose = if table == "audit_trail" { "chain" } else { "\"userId\"" };
        app.sql(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})
             insert into auth.{table} (id, {whose}, {columns}) select {id}, {owner}, {values} from n"
        ))
        .await;
    }
    owners
}

/// How the engine would run a statement: with what it knows of the tables and without it, and on PostgreSQL for these
/// values as for any.
async fn plans(app: &TestApp, statement: &Statement, list: &List, owner: &str) -> Vec<String> {
    let text = &statement.text;
    if app.engine == Engine::Sqlite {
        // SQLite plans before it knows the values
        let explain = format!("explain query plan {text}");
        return vec![app.sql(&explain).await, app.sql(&format!("analyze; {explain}")).await];
    }
    let arguments = list
        .arguments
        .replace("ACCOUNT", &app.sql_id(owner))
        .replace("LEAST", NIL)
        .replace("MOST", MAX)
        .replace("NOW", "'2100-01-01T00:00:00Z'")
        .replace("SOON", "'2100-02-01T00:00:00Z'")
        .replace("LONG_AGO", "'1970-01-01T00:00:00Z'");
    // keys are the first list that is asked for: their table is not known yet, as in the first minute of a vault
    let is_first = list.indexes == LISTS[0].indexes;
    let mut plans = Vec::new();
    for analyze in if is_first { &["", "analyze; "][..] } else { &["analyze; "] } {
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let asked = format!(
                "{analyze}prepare list as {text}; set plan_cache_mode = {mode}; explain execute list({arguments})"
            );
            plans.push(app.sql(&asked).await);
        }
    }
    plans
}
