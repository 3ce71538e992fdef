//! Setting the second factor up, and turning it off.

use serde_json::{Value, json};

use super::{answer, begin, challenge, confirm, sign_in, turn_on};
use crate::{
    api::auth::{assert_refused, log_in, read_me},
    support::Engine,
};

on_both! {
    async fn the_app_gets_a_secret_an_address_and_a_picture_and_nothing_asks_for_codes_yet(app: TestApp) {
        let alice = app.member("alice").await;

        let answer = alice.call("POST", "/api/auth/mfa/totp", None).await.expect(200);

        assert_eq!(answer.header("cache-control"), "no-store");
        let enrolment = answer.json();
        let secret = enrolment["secret"].as_str().unwrap();
        assert_eq!(secret.len(), 32, "160 bits in base 32");
        let url = enrolment["otpauth_url"].as_str().unwrap();
        assert!(url.starts_with("otpauth://totp/Vault%20API:alice%40example.com?") && url.contains(secret), "{url}");
        assert!(enrolment["qr_svg"].as_str().unwrap().contains("<svg"));
        assert_eq!(alice.get("/api/auth/mfa").await.expect(200).json(), json!({ "enabled": false, "enabled_at": null, "required": false, "recovery_codes_left": 0 }));
        assert!(log_in(&app, &alice.email, &alice.password).await.expect(200).json()["access_token"].is_string());
    }

    async fn a_right_code_turns_it_on_gives_ten_recovery_codes_and_ends_the_other_sessions(app: TestApp) {
        let alice = app.member("alice").await;
        let other = alice.sign_in().await;

        let phone = turn_on(&app, &alice).await;

        let mut codes = phone.recovery_codes.clone();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19 && code.split('-').all(|group| group.len() == 4)), "{codes:?}");
        let state = alice.get("/api/auth/mfa").await.expect(200).json();
        assert_eq!((&state["enabled"], &state["recovery_codes_left"]), (&json!(true), &json!(10)));
        assert!(state["enabled_at"].is_string());
        assert_refused(read_me(&app, &other).await);
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("second_factor.on"));
        challenge(&app, &alice).await;
    }

    async fn a_wrong_code_turns_nothing_on(app: TestApp) {
        let alice = app.member("alice").await;
        confirm(&alice, "123456").await.expect_problem(409, "mfa_not_on");
        let phone = begin(&alice).await;

        for code in [&phone.wrong_code(&app), "abcd-efgh-jkmn-pqrs"] {
            confirm(&alice, code).await.expect_problem(403, "wrong_code");
        }

        assert_eq!(alice.get("/api/auth/mfa").await.json()["enabled"], false);
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("second_factor.refused"));
        alice.call("POST", "/api/auth/mfa/recovery-codes", None).await.expect_problem(409, "mfa_not_on");
        log_in(&app, &alice.email, &alice.password).await.expect(200);
    }

    async fn beginning_again_makes_the_secret_before_worthless(app: TestApp) {
        let alice = app.member("alice").await;
        let first = begin(&alice).await;
        let second = begin(&alice).await;

        assert_ne!(first.secret, second.secret);
        confirm(&alice, &first.fresh_code(&app)).await.expect_problem(403, "wrong_code");
        confirm(&alice, &second.fresh_code(&app)).await.expect(200);
    }

    async fn one_that_is_on_is_not_replaced(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;

        alice.call("POST", "/api/auth/mfa/totp", None).await.expect_problem(409, "mfa_already_on");
        confirm(&alice, &phone.fresh_code(&app)).await.expect_problem(409, "mfa_already_on");

        let code = phone.fresh_code(&app);
        sign_in(&app, &alice, &code).await.expect(200);
    }

    async fn turned_off_it_leaves_nothing_behind(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let waiting = challenge(&app, &alice).await;

        alice.delete("/api/auth/mfa").await.expect(204);

        assert_eq!(alice.get("/api/auth/mfa").await.json(), json!({ "enabled": false, "enabled_at": null, "required": false, "recovery_codes_left": 0 }));
        answer(&app, &waiting, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");
        assert!(log_in(&app, &alice.email, &alice.password).await.expect(200).json()["access_token"].is_string());
        for table in ["second_factors", "recovery_codes", "login_challenges"] {
            assert_eq!(app.sql(&format!("select count(*) from auth.{table}")).await, "0", "{table}");
        }
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "second_factor.off").count(), 1);
        alice.delete("/api/auth/mfa").await.expect(204);
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "second_factor.off").count(), 1, "what was not there was not ended");
    }

    async fn the_owner_is_told_by_mail(app: TestApp) {
        let alice = app.member("alice").await;
        app.mails.refuse(true);

        turn_on(&app, &alice).await;
        alice.delete("/api/auth/mfa").await.expect(204);

        assert_eq!(app.sql("select kind from auth.mail_outbox where kind like 'second%' order by id").await, "second_factor_on\nsecond_factor_off");
    }

    async fn neither_secret_nor_codes_nor_challenges_are_in_the_database_in_clear(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let waiting = challenge(&app, &alice).await;
        let bytes = totp_rs::Secret::try_from_base32(&phone.secret).unwrap();

        let mut dump = String::new();
        for (table, column) in [("second_factors", "sealed"), ("recovery_codes", "digest"), ("login_challenges", "digest")] {
            let text = if app.engine == Engine::Sqlite { format!("hex({column})") } else { format!("encode({column}, 'hex')") };
            dump += &app.sql(&format!("select {text} from auth.{table}")).await.to_lowercase();
            dump.push('\n');
        }
        dump += &app.sql("select details from auth.audit_trail").await;

        assert!(dump.lines().count() > 12, "{dump}");
        let mut secrets = vec![phone.secret.clone(), waiting.clone(), bytes.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()];
        secrets.extend(phone.recovery_codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));
        for secret in secrets {
            let as_hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!dump.contains(&secret.to_lowercase()) && !dump.contains(&as_hex), "{secret}");
        }
    }

    async fn a_secret_that_is_moved_to_another_account_does_not_open(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (phone, _) = (turn_on(&app, &alice).await, turn_on(&app, &bob).await);
        let of = |name: &str| format!("(select id from auth.\"user\" where email = '{name}@example.com')");
        app.sql(&format!("update auth.second_factors set sealed = (select sealed from auth.second_factors where \"userId\" = {}) where \"userId\" = {}", of("alice"), of("bob"))).await;

        let moved = sign_in(&app, &bob, &phone.fresh_code(&app)).await;

        moved.expect_problem(500, "internal_error");
        sign_in(&app, &alice, &phone.fresh_code(&app)).await.expect(200);
    }

    async fn administrators_see_that_it_is_on_and_no_more(app: TestApp) {
        let (alice, root) = (app.member("alice").await, crate::api::admin::staff(&app, "root", vault_api::models::user::Role::Admin).await);
        let path = format!("/api/admin/users/{}", alice.id);
        assert_eq!(root.get(&path).await.expect(200).json()["second_factor"], false);

        let phone = turn_on(&app, &alice).await;

        let shown = root.get(&path).await.expect(200);
        assert_eq!(shown.json()["second_factor"], true);
        let trail = root.get("/api/admin/audit?limit=100").await.expect(200).text();
        for secret in phone.recovery_codes.iter().chain([&phone.secret]) {
            assert!(!shown.text().contains(secret) && !trail.contains(secret));
        }
        assert_eq!(alice.get("/api/auth/mfa").await.json().as_object().unwrap().values().filter(|value| **value == Value::Null).count(), 0);
    }
}
