//! A sealed value opens at its own place alone: moved, exchanged or changed, it gives nothing, and the trail says so.

use serde_json::{Value, json};

use crate::support::{Actor, Reply, TestApp};

const VALUE: &str = "sk-proj-aValueThatIsMovedAround1";
const OTHER: &str = "sk-proj-anotherValueInTheVault2";

fn id(key: &Value) -> &str {
    key["id"].as_str().expect("an id")
}

async fn reveal(actor: &Actor<'_>, key: &Value) -> Reply {
    actor.get(&format!("/api/keys/{}/decrypt", id(key))).await
}

/// The reveal of this key fails, says nothing of any value, and is on record.
async fn fails_closed(actor: &Actor<'_>, key: &Value, why: &str) {
    let before = failures(actor).await;
    let reply = reveal(actor, key).await.expect_problem(500, "internal_error");
    for secret in [VALUE, OTHER, "sk-proj"] {
        assert!(!reply.text().contains(secret), "{why}: {}", reply.text());
    }
    assert_eq!(failures(actor).await, before + 1, "{why}: the failure is not on record");
}

async fn failures(actor: &Actor<'_>) -> usize {
    actor.trail().await.iter().filter(|action| *action == "key.reveal_failed").count()
}

async fn opens(actor: &Actor<'_>, key: &Value, value: &str) {
    assert_eq!(reveal(actor, key).await.expect(200).json()["api_key"], value);
}

async fn copy(app: &TestApp, column: &str, from: &Value, to: &Value) {
    let (from, to) = (app.sql_id(id(from)), app.sql_id(id(to)));
    app.sql(&format!(
        "update auth.api_keys set {column} = (select {column} from auth.api_keys where id = {from}) where id = {to}"
    ))
    .await;
}

on_both! {
    async fn a_value_that_was_copied_to_another_row_does_not_open_there(app: TestApp) {
        let alice = app.member("alice").await;
        let (one, two) = (alice.store("one", VALUE).await, alice.store("two", OTHER).await);

        copy(&app, "sealed", &one, &two).await;

        fails_closed(&alice, &two, "another row").await;
        opens(&alice, &one, VALUE).await;
    }

    async fn a_value_that_was_copied_to_another_account_does_not_open_there(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (of_alice, of_bob) = (alice.store("one", VALUE).await, bob.store("one", OTHER).await);

        copy(&app, "sealed", &of_alice, &of_bob).await;

        fails_closed(&bob, &of_bob, "another account").await;
        opens(&alice, &of_alice, VALUE).await;
    }

    async fn a_row_that_was_given_to_another_account_does_not_open_for_it(app: TestApp) {
        let (alice, mallory) = (app.member("alice").await, app.member("mallory").await);
        let (key, kept) = (alice.store("one", VALUE).await, alice.store("two", OTHER).await);

        app.sql(&format!("update auth.api_keys set \"userId\" = {} where id = {}", app.sql_id(&mallory.id), app.sql_id(id(&key)))).await;

        fails_closed(&mallory, &key, "the thief").await;
        reveal(&alice, &key).await.expect_problem(404, "not_found");
        opens(&alice, &kept, OTHER).await;
    }

    async fn a_row_and_the_data_key_that_were_given_to_another_account_do_not_open_for_it(app: TestApp) {
        let (alice, mallory) = (app.member("alice").await, app.member("mallory").await);
        let key = alice.store("one", VALUE).await;
        app.sql(&format!("update auth.api_keys set \"userId\" = {} where id = {}", app.sql_id(&mallory.id), app.sql_id(id(&key)))).await;
        app.sql(&format!(
            "update auth.account_keys set sealed = (select sealed from auth.account_keys where \"userId\" = {}) where \"userId\" = {}",
            app.sql_id(&alice.id),
            app.sql_id(&mallory.id)
        ))
        .await;

        // another server has no open data key in memory yet
        let sibling = app.sibling().await;
        let bearer = format!("Bearer {}", mallory.token);
        let reply = sibling.call_with("GET", &format!("/api/keys/{}/decrypt", id(&key)), None, &[("authorization", &bearer)]).await;

        assert!(!reply.expect_problem(500, "internal_error").text().contains(VALUE));
        assert_eq!(failures(&mallory).await, 1);
    }

    async fn a_value_whose_version_was_changed_does_not_open(app: TestApp) {
        let alice = app.member("alice").await;
        let (one, two) = (alice.store("one", VALUE).await, alice.store("two", OTHER).await);

        app.sql(&format!("update auth.api_keys set version = 2 where id = {}", app.sql_id(id(&one)))).await;

        fails_closed(&alice, &one, "another version").await;
        opens(&alice, &two, OTHER).await;
    }

    async fn one_changed_bit_or_a_missing_byte_anywhere_is_seen(app: TestApp) {
        let alice = app.member("alice").await;
        let (one, two) = (alice.store("one", VALUE).await, alice.store("two", OTHER).await);
        let place = format!("from auth.api_keys where id = {}", app.sql_id(id(&one)));
        let sealed = app.sql_hex("sealed", &place).await;
        let bytes = hex::decode(&sealed).expect("hexadecimal");
        assert_eq!(bytes.len(), 5 + 12 + VALUE.len() + 16);

        // format, key version, nonce, first and last byte of the text, first and last of the tag
        let spots = [0, 4, 5, 16, 17, bytes.len() - 17, bytes.len() - 16, bytes.len() - 1];
        let mut forged: Vec<Vec<u8>> = spots
            .iter()
            .map(|spot| {
                let mut changed = bytes.clone();
                changed[*spot] ^= 1;
                changed
            })
            .collect();
        forged.extend([Vec::new(), bytes[..3].to_vec(), bytes[..16].to_vec(), bytes[..bytes.len() - 1].to_vec(), [&bytes[..], b"\0"].concat()]);
        for changed in forged {
            let text = hex::encode(&changed);
            app.sql(&format!("update auth.api_keys set sealed = {} where id = {}", app.sql_bytes(&text), app.sql_id(id(&one)))).await;
            fails_closed(&alice, &one, &text).await;
        }

        opens(&alice, &two, OTHER).await;
        app.sql(&format!("update auth.api_keys set sealed = {} where id = {}", app.sql_bytes(&sealed), app.sql_id(id(&one)))).await;
        opens(&alice, &one, VALUE).await;
    }

    async fn secret_settings_that_were_moved_do_not_open(app: TestApp) {
        let alice = app.member("alice").await;
        let make = async |name: &str, value: &str, secret: &str| {
            let config = json!({ "url": "https://x.supabase.co", "anon_key": "anon", "service_role_key": secret });
            alice.post("/api/keys", json!({ "name": name, "value": value, "provider": "supabase", "provider_config": config })).await.expect(201).json()
        };
        let (one, two) = (make("one", VALUE, "sk-proj-role-1").await, make("two", OTHER, "sk-proj-role-2").await);

        copy(&app, "\"providerSecrets\"", &one, &two).await;
        fails_closed(&alice, &two, "settings of another row").await;

        // a value is no setting, though row and version are right
        app.sql(&format!("update auth.api_keys set \"providerSecrets\" = sealed where id = {}", app.sql_id(id(&two)))).await;
        fails_closed(&alice, &two, "a value in place of the settings").await;

        let opened = reveal(&alice, &one).await.expect(200).json();
        assert_eq!(opened["provider_config"]["service_role_key"], "sk-proj-role-1");
    }

    async fn a_value_that_does_not_open_can_still_be_listed_and_revoked(app: TestApp) {
        let alice = app.member("alice").await;
        let (one, two) = (alice.store("one", VALUE).await, alice.store("two", OTHER).await);
        app.sql(&format!("update auth.api_keys set sealed = {} where id = {}", app.sql_bytes("00"), app.sql_id(id(&one)))).await;

        let listed = alice.get("/api/keys").await.expect(200).json();
        alice.delete(&format!("/api/keys/{}", id(&one))).await.expect(204);

        assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));
        reveal(&alice, &one).await.expect_problem(410, "key_revoked");
        opens(&alice, &two, OTHER).await;
    }

    async fn the_same_value_looks_different_in_each_account_and_row(app: TestApp) {
        for name in ["alice", "bob", "cleo"] {
            app.member(name).await.store("same", VALUE).await;
        }

        for column in ["fingerprint", "sealed"] {
            assert_eq!(app.sql(&format!("select count(distinct {column}) from auth.api_keys")).await, "3", "{column}");
        }
        let lengths = app.sql("select distinct length(fingerprint) from auth.api_keys").await;
        assert_eq!(lengths, "32");
    }

    async fn a_fingerprint_is_no_plain_hash_of_the_value(app: TestApp) {
        let alice = app.member("alice").await;
        let key = alice.store("one", VALUE).await;
        let plain = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VALUE.as_bytes()));

        let found = app.sql_hex("fingerprint", &format!("from auth.api_keys where id = {}", app.sql_id(id(&key)))).await;

        assert_ne!(found, plain);
        assert!(!app.sql_dump().await.to_lowercase().contains(&plain), "a plain hash of the value lies in the database");
    }
}
