//! Recovery codes: each works once, in the place of a code of the app.

use serde_json::json;

use super::{answer, challenge, sign_in, texts, turn_on};
use crate::support::at_once;

on_both! {
    async fn each_works_once_however_it_is_typed(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let typed = [phone.recovery_codes[0].clone(), phone.recovery_codes[1].to_uppercase(), phone.recovery_codes[2].replace('-', " "), phone.recovery_codes[3].replace('-', "").replace('0', "o").replace('1', "L")];

        for code in &typed {
            sign_in(&app, &alice, code).await.expect(200);
            sign_in(&app, &alice, code).await.expect_problem(403, "wrong_code");
        }

        assert_eq!(alice.get("/api/auth/mfa").await.json()["recovery_codes_left"], 6);
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "second_factor.code_used").count(), 4);
    }

    async fn the_owner_hears_of_each_that_was_used(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let told = async |count: usize| {
            for _ in 0..200 {
                let mails: Vec<_> = app.mails.to(&alice.email).into_iter().filter(|mail| mail.subject.starts_with("A recovery code")).collect();
                if mails.len() >= count {
                    return mails;
                }
                tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            }
            panic!("{count} mails of recovery codes did not come");
        };

        sign_in(&app, &alice, &phone.fresh_code(&app)).await.expect(200);
        sign_in(&app, &alice, &phone.recovery_codes[0]).await.expect(200);
        sign_in(&app, &alice, &phone.recovery_codes[0]).await.expect_problem(403, "wrong_code");
        let first = told(1).await.remove(0).body;
        assert!(first.contains("Somebody signed in to your Vault API account") && first.contains("9 are left."), "{first}");
        assert!(first.contains("/security") && first.contains("When: ") && !first.contains(&phone.recovery_codes[0]), "{first}");

        // at the console, and to prove to be there again
        let mut person = crate::support::Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;
        person.submit("/sign-in/code", &[("code", &phone.recovery_codes[1])]).await.sees("8 are left");
        // the sign-in's own entry is nobody's fault
        person.open("/dashboard").await.sees("<span>A recovery code was used</span>").sees("<span>Signed in</span>");
        assert!(told(2).await[1].body.contains("8 are left."));
        alice.post("/api/auth/reauthenticate", json!({ "password": alice.password, "code": phone.recovery_codes[2] })).await.expect(204);
        assert!(told(3).await[2].body.contains("to confirm an act that asks for it. 7 are left."));
    }

    async fn of_fifty_who_send_one_at_once_one_gets_in(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let mut challenges = Vec::new();
        for _ in 0..50 {
            challenges.push(challenge(&app, &alice).await);
        }

        let statuses = at_once(50, |number| {
            let (challenge, code, app) = (challenges[number].clone(), phone.recovery_codes[0].clone(), &app);
            async move { answer(app, &challenge, &code).await.status }
        }).await;

        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(alice.get("/api/auth/mfa").await.json()["recovery_codes_left"], 9);
    }

    async fn new_ones_make_the_old_ones_worthless(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        sign_in(&app, &alice, &phone.recovery_codes[0]).await.expect(200);

        let new = texts(&alice.call("POST", "/api/auth/mfa/recovery-codes", None).await.expect(200).json()["recovery_codes"]);

        assert_eq!(new.len(), 10);
        assert!(new.iter().all(|code| !phone.recovery_codes.contains(code)));
        sign_in(&app, &alice, &phone.recovery_codes[1]).await.expect_problem(403, "wrong_code");
        sign_in(&app, &alice, &new[0]).await.expect(200);
        assert!(alice.trail().await.contains(&"second_factor.codes_made".to_owned()));
    }

    async fn those_of_another_account_open_nothing(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (hers, _) = (turn_on(&app, &alice).await, turn_on(&app, &bob).await);

        sign_in(&app, &bob, &hers.recovery_codes[0]).await.expect_problem(403, "wrong_code");
        let renewed = bob.post("/api/auth/reauthenticate", json!({ "password": bob.password, "code": hers.recovery_codes[0] })).await;

        renewed.expect_problem(403, "wrong_code");
        assert_eq!(alice.get("/api/auth/mfa").await.json()["recovery_codes_left"], 10);
    }
}
