//! The audit trail shows every later change: edited, deleted, swapped and cut off entries, each told by name.

use serde_json::json;
use vault_api::services::audit::{self, Verification};

use super::all_at_once;
use crate::support::{Actor, TestApp};

async fn verify(app: &TestApp) -> Verification {
    audit::verify(&app.operator()).await.expect("the trail can be read")
}

/// The one fault that a check finds; it must name the chain of this account.
async fn the_fault(app: &TestApp, whose: &Actor<'_>) -> String {
    let found = verify(app).await;
    assert_eq!(found.faults.len(), 1, "{found:?}");
    assert!(found.faults[0].contains(&whose.id), "{found:?} does not name {}", whose.id);
    found.faults[0].clone()
}

/// Somebody with at least six entries, and a neighbour whose chain stays as it is.
async fn alice_and_bob(app: &TestApp) -> (Actor<'_>, Actor<'_>) {
    let (alice, bob) = (app.member("alice").await, app.member("bob").await);
    for number in 0..4 {
        alice.store(&format!("key {number}"), &format!("value of alice {number}")).await;
    }
    bob.store("key", "value of bob").await;
    assert_eq!(verify(app).await.faults, Vec::<String>::new());
    (alice, bob)
}

/// The identifier of the entry at this place of somebody's chain, dashes left out.
async fn entry_at(app: &TestApp, whose: &Actor<'_>, place: i64) -> String {
    app.sql_hex(
        if app.engine == crate::support::Engine::Sqlite { "id" } else { "uuid_send(id)" },
        &format!("from auth.audit_trail where chain = {} and seq = {place}", app.sql_id(&whose.id)),
    )
    .await
}

async fn busy_member(app: &TestApp, name: &str) {
    let actor = app.member(name).await;
    let made = actor.store("first", &format!("first of {name}")).await;
    let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
    let (reveal, second, renamed) =
        (format!("{path}/decrypt"), json!({ "name": "second" }), json!({ "note": "changed" }));
    let (one, two, three, four, five) = tokio::join!(
        actor.get(&reveal),
        actor.get(&reveal),
        actor.post("/api/keys", second),
        actor.patch(&path, renamed),
        actor.post("/api/auth/login", json!({ "email": actor.email, "password": "a wrong one, surely" })),
    );
    assert_eq!([one.status, two.status, three.status, four.status, five.status], [200, 200, 201, 200, 401]);
    actor.delete(&path).await.expect(204);
}

on_both! {
    async fn the_trail_is_whole_after_a_busy_mix_of_several_members(app: TestApp) {
        let names = ["ann", "ben", "cleo", "dan", "eve", "fred"];
        let all: Vec<_> = names.iter().map(|name| busy_member(&app, name)).collect();

        all_at_once(all).await;

        let found = verify(&app).await;
        assert_eq!(found.faults, Vec::<String>::new());
        assert_eq!(found.chains, 6);
        let rows: u64 = app.sql("select count(*) from auth.audit_trail").await.parse().unwrap();
        assert_eq!(found.entries, rows);
        // made, signed in, stored, revealed twice, made, changed, refused, revoked
        assert_eq!(rows, 6 * 9);
    }

    async fn every_edited_column_of_an_entry_is_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let (chain, id) = (app.sql_id(&alice.id), entry_at(&app, &alice, 3).await);
        let other = app.sql_id("11111111-2222-3333-4444-555555555555");

        for (column, forged) in [
            ("action", "'key.revealed'".to_owned()),
            ("details", "'{}'".to_owned()),
            ("ip", "'203.0.113.9'".to_owned()),
            ("\"userAgent\"", "'somebody else'".to_owned()),
            ("\"requestId\"", "'other'".to_owned()),
            ("\"objectType\"", "'session'".to_owned()),
            ("\"objectId\"", other.clone()),
            ("\"actorId\"", other.clone()),
            ("\"actorId\"", "null".to_owned()),
            ("\"createdAt\"", "'2020-01-01T00:00:00+00:00'".to_owned()),
            ("id", other.clone()),
            ("mac", app.sql_bytes(&"ab".repeat(32))),
        ] {
            app.sql("create table auth.kept as select * from auth.audit_trail").await;
            app.sql(&format!("update auth.audit_trail set {column} = {forged} where chain = {chain} and seq = 3")).await;

            let fault = the_fault(&app, &alice).await;

            let named = if column == "id" { "11111111222233334444555555555555".to_owned() } else { id.clone() };
            assert!(fault.replace('-', "").contains(&named), "{column}: {fault} does not name the entry {named}");
            assert!(fault.contains("place 3"), "{column}: {fault}");
            app.sql("delete from auth.audit_trail").await;
            app.sql("insert into auth.audit_trail select * from auth.kept").await;
            app.sql("drop table auth.kept").await;
        }
        assert_eq!(verify(&app).await.faults, Vec::<String>::new());
    }

    async fn a_deleted_entry_is_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        app.sql(&format!("delete from auth.audit_trail where chain = {chain} and seq = 2")).await;

        assert!(the_fault(&app, &alice).await.contains("place 2"));
    }

    async fn a_deleted_entry_is_found_though_the_others_were_numbered_anew(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        app.sql(&format!("delete from auth.audit_trail where chain = {chain} and seq = 2")).await;
        for place in 3..=6 {
            app.sql(&format!("update auth.audit_trail set seq = seq - 1 where chain = {chain} and seq = {place}")).await;
        }
        app.sql(&format!("update auth.audit_chains set seq = 5 where chain = {chain}")).await;

        assert!(the_fault(&app, &alice).await.contains("place 2"));
    }

    async fn swapped_entries_are_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        for (from, to) in [(3, 99), (4, 3), (99, 4)] {
            app.sql(&format!("update auth.audit_trail set seq = {to} where chain = {chain} and seq = {from}")).await;
        }

        assert!(the_fault(&app, &alice).await.contains("place 3"));
    }

    async fn a_chain_that_was_cut_off_at_its_end_is_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        app.sql(&format!("delete from auth.audit_trail where chain = {chain} and seq > 4")).await;

        assert!(the_fault(&app, &alice).await.contains("after place 4 are gone"));
    }

    async fn a_chain_without_its_beginning_is_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        app.sql(&format!("delete from auth.audit_trail where chain = {chain} and seq = 1")).await;

        assert!(the_fault(&app, &alice).await.contains("place 1"));
    }

    async fn a_forged_end_of_a_chain_is_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        app.sql(&format!("update auth.audit_chains set mac = {} where chain = {chain}", app.sql_bytes(&"cd".repeat(32)))).await;

        the_fault(&app, &alice).await;
    }

    async fn a_forged_end_that_hides_the_last_entries_is_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;
        let chain = app.sql_id(&alice.id);

        // entries are gone and the recorded end was moved back, but not to the code of the entry there
        app.sql(&format!("delete from auth.audit_trail where chain = {chain} and seq > 4")).await;
        app.sql(&format!("update auth.audit_chains set seq = 4 where chain = {chain}")).await;

        the_fault(&app, &alice).await;
    }

    async fn entries_whose_chain_is_not_recorded_are_found(app: TestApp) {
        let (alice, _bob) = alice_and_bob(&app).await;

        app.sql(&format!("delete from auth.audit_chains where chain = {}", app.sql_id(&alice.id))).await;

        the_fault(&app, &alice).await;
    }

    async fn an_entry_that_was_moved_to_another_account_is_found(app: TestApp) {
        let (alice, bob) = alice_and_bob(&app).await;

        app.sql(&format!(
            "update auth.audit_trail set chain = {}, seq = 99 where chain = {} and seq = 6",
            app.sql_id(&bob.id),
            app.sql_id(&alice.id)
        ))
        .await;

        let found = verify(&app).await;
        assert_eq!(found.faults.len(), 2, "{found:?}");
    }

    async fn the_trail_is_checked_for_the_operator_alone(app: TestApp) {
        let alice = app.member("alice").await;

        let refused = audit::verify(&app.context(&alice).await).await;

        assert!(refused.is_err_and(|error| error.is(vault_api::core::texts::problems::Code::Forbidden)));
    }
}
