//! `/settings`: name, address, language, and the account's end.

use chrono::TimeDelta;

use crate::support::{Person, TestApp};

const PASSWORD: &str = "une girafe en pyjama vert";

/// Where the newest of so many mails to the new address leads.
async fn link_of(app: &TestApp, count: usize) -> String {
    let mails = app.wait_for_mails("new@example.com", count).await;
    let link = mails[count - 1].body.split("/confirm-address").nth(1).and_then(|rest| rest.split_whitespace().next());
    format!("/confirm-address{}", link.expect("a link"))
}

on_both! {
    async fn a_name_is_changed_whatever_is_in_it(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let hostile = "<script>alert(1)</script> \"O'Neil\" & 🦊";

        alice.open("/settings").await.submit("/settings/name", &[("name", hostile)]).await;

        assert_eq!(alice.path, "/settings?notice=settings-saved");
        alice.sees("Saved.").sees(hostile);
        assert!(!alice.page.text().contains("<script>alert"));
        assert_eq!(alice.filled("/settings/name", &[]).fields.iter().find(|(name, _)| name == "name").unwrap().1, hostile);
        alice.submit("/settings/name", &[("name", &"é".repeat(101))]).await;
        assert!(alice.page.status == 422 && alice.page.text().contains("id=\"e-name\""));
        alice.submit("/settings/name", &[("name", "")]).await;
        assert_eq!(alice.path, "/settings?notice=settings-saved");
    }

    async fn the_language_counts_for_the_console_and_for_mails(app: TestApp) {
        let actor = app.member("alice").await;
        let mut alice = Person::new(&app);
        alice.sign_in(&actor.email, PASSWORD).await;

        alice.open("/settings").await.submit("/settings/language", &[("language", "fr")]).await.sees("Enregistré.").sees("lang=\"fr\"");

        alice.open("/security").await.sees("Sécurité");
        assert_eq!(actor.get("/api/auth/me").await.expect(200).json()["language"], "fr");
        assert_eq!(alice.open("/settings").await.submit("/settings/language", &[("language", "de")]).await.page.status, 422);
    }

    async fn another_address_waits_for_the_link_in_its_mail(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        app.member("bob").await;

        alice.open("/settings").await.submit("/settings/email", &[("email", "bob@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(alice.page.status, 409);
        alice.sees("id=\"e-email\"").sees("value=\"bob@example.com\"").sees_no("girafe");
        // the other language is where the form can be asked for
        alice.sees("href=\"/settings?lang=fr\"").sees_no("/settings/email?lang");
        alice.submit("/settings/email", &[("email", "new@example.com"), ("password", "une girafe en pyjama rouge")]).await;
        assert!(alice.page.status == 403 && alice.page.text().contains("id=\"e-password\""));

        alice.submit("/settings/email", &[("email", "new@example.com"), ("password", PASSWORD)]).await;
        alice.sees("A mail waits at the new address").sees("alice@example.com");
        let mails = app.wait_for_mails("new@example.com", 1).await;
        let link = mails[0].body.split("/confirm-address").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link");
        let link = format!("/confirm-address{link}");
        // the page names what it confirms, and who has signed in finds the way back
        alice.open(&link).await.sees("Change to this address").sees("<strong>new@example.com</strong>").sees("<a class=\"btn quiet wide\" href=\"/dashboard\">Open the console</a>");
        Person::new(&app).open(&link).await.sees("<strong>new@example.com</strong>").sees_no("Open the console");
        alice.submit("/confirm-address", &[]).await.sees("<h1>Your address is changed</h1>").sees("<a class=\"btn primary wide\" href=\"/dashboard\">Open the console</a>");
        alice.open("/settings").await.sees("<strong>new@example.com</strong>").sees_no("Waiting to be confirmed");
        alice.open(&link).await.sees_no("<strong>new@example.com</strong>");
        alice.open(&link).await.submit("/confirm-address", &[]).await.sees("<h1>This link no longer works</h1>");
    }

    async fn a_change_that_waits_is_told_sent_again_and_called_off(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/settings").await.sees_no("Waiting to be confirmed");
        alice.submit("/settings/email", &[("email", "new@example.com"), ("password", PASSWORD)]).await;
        alice.sees("Waiting to be confirmed").sees("<strong>new@example.com</strong>");
        let first = link_of(&app, 1).await;
        let old = alice.filled("/settings/email/resend", &[]);

        alice.submit("/settings/email/resend", &[]).await.sees("A mail is on its way").sees("Waiting to be confirmed");
        let second = link_of(&app, 2).await;
        alice.open(&first).await.submit("/confirm-address", &[]).await.sees("This link no longer works");

        alice.open("/settings?lang=fr").await.sees("En attente de confirmation");
        alice.submit("/settings/email/cancel", &[]).await.sees("Le changement est abandonné").sees_no("En attente");
        alice.open(&second).await.submit("/confirm-address", &[]).await.sees("Ce lien ne sert plus");
        // a page that was open all the while does no harm
        alice.post(&old).await;
        assert_eq!((alice.page.status, alice.page.header("location")), (303, "/settings"));
        app.settle_mails().await;
        assert_eq!(app.mails.to("new@example.com").len(), 2);

        let mut forged = old.clone();
        forged.fields.retain(|(name, _)| name != "csrf");
        assert_eq!(alice.post(&forged).await.page.status, 403);
        app.clock.advance(TimeDelta::minutes(1));
        alice.open("/settings?lang=en").await.submit("/settings/email", &[("email", "late@example.com"), ("password", PASSWORD)]).await.sees("late@example.com");
        app.sql("update auth.mail_links set \"expiresAt\" = \"createdAt\"").await;
        alice.open("/settings").await.sees_no("late@example.com");
    }

    async fn an_old_sign_in_asks_for_the_password_once(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        app.clock.advance(TimeDelta::minutes(20));

        alice.open("/settings").await.submit("/settings/email", &[("email", "new@example.com"), ("password", PASSWORD)]).await;
        alice.sees("Confirm that it is you").sees_no("lang=fr");
        alice.submit("/settings/email", &[("confirm_password", PASSWORD)]).await;

        assert_eq!(alice.path, "/settings?notice=address-change-asked");
        app.wait_for_mails("new@example.com", 1).await;
    }

    async fn an_account_is_deleted_with_its_address_typed_and_its_password(app: TestApp) {
        let actor = app.member("alice").await;
        actor.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await;
        let mut alice = Person::new(&app);
        alice.sign_in(&actor.email, PASSWORD).await;

        alice.open("/settings/delete").await.sees("1 key with all its versions").sees_no("PRO subscription");
        alice.submit("/settings/delete", &[("confirmation", "alice"), ("password", PASSWORD)]).await;
        assert!(alice.page.status == 422 && alice.page.text().contains("id=\"e-confirmation\""));
        alice.submit("/settings/delete", &[("confirmation", "alice@example.com"), ("password", "une girafe en pyjama rouge")]).await;
        assert!(alice.page.status == 403 && alice.page.text().contains("id=\"e-password\""));
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "1");

        let form = alice.filled("/settings/delete", &[("confirmation", " Alice@Example.com"), ("password", PASSWORD)]);
        alice.post(&form).await;
        assert_eq!(alice.page.header("location"), "/?notice=account-deleted");
        assert_eq!(alice.page.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(!alice.cookies.contains_key("vault_session"));
        alice.open("/?notice=account-deleted").await.sees("everything in it are gone");
        assert_eq!(app.sql(r#"select count(*) from auth."user""#).await, "0");
    }

    async fn whoever_leaves_is_offered_the_keys_first_where_there_are_any(app: TestApp) {
        let actor = app.member("alice").await;
        let mut alice = Person::new(&app);
        alice.sign_in(&actor.email, PASSWORD).await;
        alice.open("/settings/delete").await.sees("No active key: there is none").sees_no("Export the keys");

        for name in ["a", "b"] {
            actor.store(name, name).await;
        }
        alice.open("/settings/delete").await.sees("2 keys with all their versions").sees("href=\"/keys/export\">Export the keys</a>");
    }

    async fn who_has_signed_in_to_that_very_account_deletes_it_here_and_not_by_a_mails_link(app: TestApp) {
        let actor = app.member("alice").await;
        while app.mails.verifications(&actor.email).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let token = app.mails.verifications(&actor.email)[0].body.split("/verify?token=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link").to_owned();
        let mut alice = Person::new(&app);
        let (page, second) = (format!("/verify?token={token}"), format!("/verify/disown?token={token}"));
        alice.open(&page).await.sees("I did not register");
        let opened = alice.open(&second).await.sees("Delete this account?").filled("/verify/disown", &[]);

        alice.sign_in(&actor.email, PASSWORD).await;
        alice.open(&page).await.sees("This is my address").sees("Open the console").sees_no("I did not register");
        assert_eq!(alice.open(&second).await.path, "/settings/delete");
        assert_eq!(alice.post(&opened).await.page.header("location"), "/settings/delete");

        // somebody else's mail is not theirs to keep
        let mut bob = Person::signed_in(&app, "bob").await;
        bob.open(&page).await.sees("I did not register");
        bob.open(&second).await.submit("/verify/disown", &[]).await.sees("The account is deleted").sees("Open the console");
        assert!(alice.open("/settings").await.path.starts_with("/sign-in"));
        assert_eq!(bob.open("/settings").await.path, "/settings");
    }

    async fn a_dead_link_of_a_proof_tells_whoever_has_signed_in_how_their_own_address_stands(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let mut guest = Person::new(&app);
        while app.mails.verifications("alice@example.com").is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let token = app.mails.verifications("alice@example.com")[0].body.split("/verify?token=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link").to_owned();
        let (used, unknown) = (format!("/verify?token={token}"), "/verify?token=garbage");

        alice.open(unknown).await.sees("This link no longer works").sees("is not confirmed yet").sees("alice@example.com").sees("href=\"/verify-address\">Send the mail again</a>");
        assert_eq!(alice.page.status, 400);
        alice.open("/verify?token=garbage&lang=fr").await.sees("Ce lien ne sert plus").sees("n’est pas encore confirmée").sees("href=\"/verify-address\">Renvoyer le message</a>");
        let click = alice.open(&used).await.filled("/verify", &[]);
        alice.post(&click).await.sees("Votre adresse est confirmée");

        for _ in 0..2 {
            alice.open(&used).await.sees("Ce lien ne sert plus").sees("alice@example.com, est confirmée").sees("href=\"/dashboard\"").sees_no("Renvoyer").sees_no("C’est mon adresse");
        }
        alice.open(&format!("{used}&lang=en")).await.sees("alice@example.com, is confirmed").sees("Open the console").sees_no("Send the mail again");
        // the page was open when another window confirmed it
        assert_eq!(alice.post(&click).await.page.status, 400);
        alice.sees("alice@example.com, est confirmée").sees("href=\"/dashboard\"");

        // who has not signed in learns nothing of any account
        let mut pages = Vec::new();
        for page in [&*used, unknown] {
            guest.open(page).await.sees("If your address is confirmed already, there is nothing left to do").sees("href=\"/sign-in\"").sees_no("alice").sees_no("This is my address");
            pages.push((guest.page.status, guest.page.text().replace(&token, "garbage")));
        }
        assert_eq!(pages[0], pages[1]);
        guest.open(&format!("{used}&lang=fr")).await.sees("Si votre adresse est déjà confirmée, il ne reste rien à faire").sees("Se connecter");
    }

    async fn the_last_administrator_can_not_leave(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        app.sql(r#"update auth."user" set role = 'admin'"#).await;

        alice.open("/settings/delete").await.submit("/settings/delete", &[("confirmation", "alice@example.com"), ("password", PASSWORD)]).await;

        assert_eq!(alice.page.status, 409);
        alice.sees("role=\"alert\"");
        assert_eq!(alice.open("/settings").await.page.status, 200);
    }
}

on_both! {
    with [("RATE_LIMIT_MAILBOX_PER_HOUR", "2")];

    async fn a_mailbox_that_got_enough_gets_no_further_mail_of_a_change_and_that_is_told(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let new = [("email", "new@example.com"), ("password", PASSWORD)];
        alice.open("/settings").await.submit("/settings/email", &new).await;
        app.wait_for_mails("new@example.com", 1).await;
        alice.submit("/settings/email/resend", &[]).await.sees("A mail is on its way");

        for action in ["/settings/email/resend", "/settings/email"] {
            alice.open("/settings").await.submit(action, if action.ends_with("email") { &new } else { &[] }).await;
            assert_eq!(alice.page.status, 429, "{action}");
            assert!(alice.page.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 60), "{action}");
            alice.sees("role=\"alert\"").sees("Waiting to be confirmed").sees_no("A mail is on its way").sees_no("A mail waits");
        }

        // also where nothing waits; what was called off sends no mail any more
        app.wait_for_mails("new@example.com", 2).await;
        alice.submit("/settings/email/cancel", &[]).await.submit("/settings/email", &new).await;
        assert_eq!(alice.page.status, 429);
        alice.sees("role=\"alert\"").sees_no("Waiting to be confirmed");
        app.settle_mails().await;
        assert_eq!(app.mails.to("new@example.com").len(), 2);
    }
}

on_both! {
    with [("ENUMERATION_PROTECTION", "true"), ("RATE_LIMIT_MAILBOX_PER_HOUR", "2")];

    async fn a_mailbox_that_got_enough_is_not_told_apart_where_nobody_must_hear_of_it(app: TestApp) {
        for email in ["alice@example.com", "bob@example.com"] {
            let body = serde_json::json!({ "email": email, "password": PASSWORD });
            app.call("POST", "/api/auth/register", Some(body)).await.expect(202);
        }
        let mut alice = Person::new(&app);
        alice.sign_in("alice@example.com", PASSWORD).await;
        for address in ["bob@example.com", "new@example.com"] {
            for turn in 1..=3 {
                alice.open("/settings").await.submit("/settings/email", &[("email", address), ("password", PASSWORD)]).await;
                alice.sees("A mail waits at the new address").sees("Waiting to be confirmed").sees(&format!("<strong>{address}</strong>"));
                // a mail of a change that was replaced before it left is not sent
                app.wait_for_mails(address, turn.min(2)).await;
            }
            alice.submit("/settings/email/resend", &[]).await.sees("A mail is on its way").sees(&format!("<strong>{address}</strong>"));
        }

        // the newest mail's link is still good
        app.settle_mails().await;
        let link = link_of(&app, 2).await;
        assert_eq!(app.mails.to("new@example.com").len(), 2);
        alice.open(&link).await.submit("/confirm-address", &[]).await.sees("<h1>Your address is changed</h1>");
        // one whose mailbox is full waits from the first
        alice.open("/settings").await.submit("/settings/email", &[("email", "bob@example.com"), ("password", PASSWORD)]).await;
        alice.sees("A mail waits at the new address").sees("<strong>bob@example.com</strong>");
    }
}

on_both! {
    with [("ENUMERATION_PROTECTION", "true")];

    async fn an_address_that_is_taken_waits_like_any_other_where_nobody_must_hear_of_it(app: TestApp) {
        for email in ["alice@example.com", "bob@example.com"] {
            let body = serde_json::json!({ "email": email, "password": PASSWORD });
            app.call("POST", "/api/auth/register", Some(body)).await.expect(202);
        }
        let mut alice = Person::new(&app);
        alice.sign_in("alice@example.com", PASSWORD).await;
        for address in ["bob@example.com", "nobody@example.com"] {
            alice.open("/settings").await.submit("/settings/email", &[("email", address), ("password", PASSWORD)]).await;
            alice.sees("Waiting to be confirmed").sees(&format!("<strong>{address}</strong>"));
            alice.submit("/settings/email/resend", &[]).await.sees("A mail is on its way").sees(&format!("<strong>{address}</strong>"));
        }
        app.settle_mails().await;
        assert!(app.mails.to("bob@example.com").iter().all(|mail| !mail.body.contains("/confirm-address")));
    }
}
