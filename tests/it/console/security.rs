//! `/security`: sessions, the password, the second factor; and who is led there or to the proof of the address first.

use chrono::TimeDelta;
use serde_json::json;
use totp_rs::{Builder, Secret};
use vault_api::core::clock::Clock as _;

use crate::support::{Actor, Person, TestApp, attribute};

const PASSWORD: &str = "une girafe en pyjama vert";
const NEW_PASSWORD: &str = "trois loutres et un parapluie";

/// The account behind a person of the console, with a sign-in of its own.
async fn with_actor<'a>(app: &'a TestApp, name: &str) -> (Actor<'a>, Person<'a>) {
    let actor = app.member(name).await;
    let mut person = Person::new(app);
    person.sign_in(&actor.email, &actor.password).await;
    (actor, person)
}

/// The secret that the open page shows.
fn secret_of(person: &Person<'_>) -> String {
    let page = person.page.text();
    let code = page.split("id=\"secret\"").nth(1).expect("a secret");
    code[code.find('>').unwrap() + 1..]
        .split("</code>")
        .next()
        .unwrap()
        .replace("<span>", "")
        .replace("</span><wbr>", "")
}

fn code_of(app: &TestApp, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let phone = Builder::new().with_secret(secret).build().expect("an app");
    phone.generate(app.clock.now().timestamp().try_into().unwrap()).to_string()
}

/// The recovery codes that the open page shows.
fn codes_of(person: &Person<'_>) -> Vec<String> {
    let page = person.page.text();
    let inner = page.split("id=\"codes\"").nth(1).expect("codes");
    let inner = inner[inner.find('>').unwrap() + 1..].split("</pre>").next().unwrap().to_owned();
    inner.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()
}

/// Turns the second factor on; the secret and the recovery codes.
pub(super) async fn turn_on(app: &TestApp, person: &mut Person<'_>) -> (String, Vec<String>) {
    person.open("/security").await.submit("/security/second-factor", &[]).await;
    let secret = secret_of(person);
    let code = code_of(app, &secret);
    person.submit("/security/second-factor/confirm", &[("code", &code)]).await;
    assert_eq!(person.page.status, 200, "{}", person.page.text());
    (secret, codes_of(person))
}

on_both! {
    async fn sessions_are_told_in_words_and_ended_one_by_one_or_all_others(app: TestApp) {
        let (alice, mut person) = with_actor(&app, "alice").await;
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let mut other = Person::new(&app);
        other.headers.push(("user-agent", firefox.into()));
        other.sign_in(&alice.email, &alice.password).await;

        let mut program = Person::new(&app);
        program.headers.push(("user-agent", "vk/0.1.0".into()));
        program.sign_in(&alice.email, &alice.password).await;

        person.open("/security").await.sees("This one").sees("Firefox on Linux").sees("an unknown program").sees("vk 0.1.0 (command line)");
        assert_eq!(person.page.text().matches("This one").count(), 1);
        let page = person.page.text();
        let row = page.split("<tr>").find(|row| row.contains("Firefox")).expect("the row of Firefox");
        let action = attribute(row.split("<form").nth(1).unwrap(), "action").unwrap();
        person.submit(&action, &[]).await.sees("That session has ended.");
        assert!(other.open("/security").await.path.starts_with("/sign-in"));
        alice.get("/api/auth/me").await.expect(200);

        person.submit("/security/sessions/end-others", &[]).await.sees("All other sessions have ended");
        alice.get("/api/auth/me").await.expect(401);
        assert_eq!(person.open("/security").await.page.status, 200);
        person.sees_no("End all others");
        assert_eq!(app.sql("select count(*) from auth.login_sessions").await, "1");
    }

    async fn somebody_elses_session_is_not_there_and_ones_own_leads_out(app: TestApp) {
        let (_, mut alice) = with_actor(&app, "alice").await;
        let (_, mut bob) = with_actor(&app, "bob").await;
        bob.open("/security").await;
        let of_bob = bob.forms().into_iter().find(|form| form.action.contains("/sessions/") && form.action.ends_with("/end")).unwrap().action;

        let mut form = alice.open("/security").await.filled("/security/password", &[]);
        form.action = of_bob.clone();
        assert_eq!(alice.post(&form).await.page.status, 404);
        form.action = "/security/sessions/nonsense/end".into();
        assert_eq!(alice.post(&form).await.page.status, 404);
        assert_eq!(bob.open("/security").await.page.status, 200);

        let page = bob.page.text();
        let row = page.split("<tr>").find(|row| row.contains("This one")).unwrap();
        let action = attribute(row.split("<form").nth(1).unwrap(), "action").unwrap();
        bob.submit(&action, &[]).await;
        assert!(bob.path.starts_with("/sign-in?notice=signed-out") && !bob.cookies.contains_key("vault_session"), "{}", bob.path);
    }

    async fn a_changed_password_keeps_this_session_and_ends_the_others_at_once(app: TestApp) {
        let (alice, mut person) = with_actor(&app, "alice").await;
        let mut other = Person::new(&app);
        other.sign_in(&alice.email, &alice.password).await;

        let wrong = [("current_password", "une girafe en pyjama rouge"), ("new_password", NEW_PASSWORD)];
        person.open("/security").await.submit("/security/password", &wrong).await;
        assert_eq!(person.page.status, 403);
        assert!(person.page.text().contains("id=\"e-current_password\""), "{}", person.page.text());
        person.sees_no("girafe").sees_no("loutres");
        let weak = [("current_password", PASSWORD), ("new_password", "court")];
        person.submit("/security/password", &weak).await;
        assert!(person.page.status == 422 && person.page.text().contains("id=\"e-new_password\""));
        assert_eq!(other.open("/security").await.page.status, 200);

        person.submit("/security/password", &[("current_password", PASSWORD), ("new_password", NEW_PASSWORD)]).await;
        assert_eq!(person.path, "/security?notice=password-changed");
        person.sees("Your password is changed");
        assert!(other.open("/security").await.path.starts_with("/sign-in"));
        alice.get("/api/auth/me").await.expect(401);
        other.sign_in(&alice.email, NEW_PASSWORD).await;
        assert_eq!(other.open("/security").await.path, "/security");
    }

    async fn a_reset_password_ends_the_console_at_once(app: TestApp) {
        let (alice, mut person) = with_actor(&app, "alice").await;
        app.call("POST", "/api/auth/recover", Some(json!({ "email": alice.email }))).await.expect(202);
        let mails = app.wait_for_mails(&alice.email, 1).await;
        let mail = mails.iter().find(|mail| mail.body.contains("/reset?token=")).expect("a recovery mail");
        let token = mail.body.split("/reset?token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();

        app.call("POST", "/api/auth/reset", Some(json!({ "token": token, "password": NEW_PASSWORD }))).await.expect(204);

        assert!(person.open("/security").await.path.starts_with("/sign-in"));
    }

    async fn the_second_factor_is_set_up_with_a_picture_and_its_codes_are_shown_once(app: TestApp) {
        let (alice, mut person) = with_actor(&app, "alice").await;

        person.open("/security").await.sees("Off");
        person.submit("/security/second-factor", &[]).await;
        person.sees("data:image/svg+xml;base64,").sees("otpauth://totp/Vault%20API:alice%40example.com");
        person.sees("Confirm your address first, or a recovery by mail turns it off.");
        assert_eq!(person.page.header("content-encoding"), "");
        let secret = secret_of(&person);

        person.submit("/security/second-factor/confirm", &[("code", "000000")]).await;
        assert_eq!(person.page.status, 422);
        person.sees("id=\"e-code\"").sees_no("use a recovery code").sees_no("Check the fields").sees("Is this the picture that you scanned?").sees("data:image/svg+xml;base64,");
        assert_eq!((secret_of(&person), person.page.header("content-encoding")), (secret.clone(), ""));
        person.submit("/security/second-factor/confirm", &[("code", "")]).await;
        assert_eq!((person.page.status, secret_of(&person)), (422, secret.clone()));
        let code = code_of(&app, &secret);
        person.submit("/security/second-factor/confirm", &[("code", &code)]).await;
        let codes = codes_of(&person);
        assert_eq!((person.page.status, codes.len()), (200, 10));
        person.sees("The second factor is on").sees("download=\"vault-api-recovery-codes.txt\"").sees("data-print");
        person.sees("<dt>Account</dt><dd>alice@example.com</dd>").sees("<dt>Vault</dt><dd>").sees("<dt>Made on</dt><dd><time");
        // the others were opened without it
        alice.get("/api/auth/me").await.expect(401);

        person.open("/security").await.sees("10 codes left").sees_no(&codes[0]);
        assert_eq!(person.open("/security/second-factor/confirm").await.path, "/security");
        let mut again = Person::new(&app);
        again.sign_in(&alice.email, PASSWORD).await;
        again.sees("data-instead=\"/sign-in\"");
        again.submit("/sign-in/code", &[("code", &codes[0])]).await;
        again.sees("You signed in with a recovery code. 9 are left.").sees_no("Make new ones");
        assert_eq!(again.open("/security").await.path, "/security");
        again.sees("9 codes left");
    }

    async fn the_last_recovery_codes_ask_for_new_ones(app: TestApp) {
        let mut person = Person::signed_in(&app, "alice").await;
        let (secret, codes) = turn_on(&app, &mut person).await;
        let sign_in = async |code: &str, from: &str| {
            let mut again = Person::new(&app);
            again.open("/?lang=fr").await.open(from).await.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;
            again.submit("/sign-in/code", &[("code", code)]).await;
            again
        };
        for code in &codes[..6] {
            sign_in(code, "/sign-in").await;
        }

        sign_in(&codes[6], "/keys?q=a").await.sees("Il en reste 3.").sees("href=\"/security#factor\">En créer</a>");
        sign_in(&codes[7], "/sign-in").await.sees("Il en reste 2.");
        sign_in(&codes[8], "/sign-in").await.sees("Il en reste 1.");
        sign_in(&codes[9], "/sign-in").await.sees("C’était votre dernier code de récupération.").sees("href=\"/security#factor\"");
        app.clock.advance(TimeDelta::minutes(1));
        sign_in(&code_of(&app, &secret), "/sign-in").await.sees_no("code de récupération.");
    }

    async fn a_wrong_code_shows_the_pending_secret_to_nobody_who_does_not_know_it(app: TestApp) {
        let (_, mut person) = with_actor(&app, "alice").await;
        person.open("/security").await.submit("/security/second-factor", &[]).await;
        let (first, form) = (secret_of(&person), person.filled("/security/second-factor/confirm", &[("code", "000000")]));
        person.sees_no("This picture is new");
        // another window begins anew
        person.open("/security").await.submit("/security/second-factor", &[]).await;
        person.sees("This picture is new: one that you scanned before counts no more.");
        let second = secret_of(&person);

        person.post(&form).await;
        assert_eq!(person.page.status, 422);
        person.sees("a newer one was made since").sees_no(&first).sees_no(&second).sees_no("svg+xml;base64");
        let mut guess = form.clone();
        guess.fields.retain(|(name, _)| name != "secret");
        person.post(&guess).await.sees_no(&second).sees_no("svg+xml;base64");
        let code = code_of(&app, &second);
        person.submit("/security/second-factor/confirm", &[("code", &code)]).await;
        assert_eq!((person.page.status, codes_of(&person).len()), (200, 10));
    }

    async fn a_wrong_code_is_told_above_the_picture(app: TestApp) {
        let (_, mut person) = with_actor(&app, "alice").await;
        person.open("/security").await.submit("/security/second-factor", &[]).await;
        let places = |person: &Person<'_>| ["id=\"f-code\"", "class=\"qr\""].map(|part| person.page.text().find(part).expect("a part"));
        assert!(places(&person)[0] > places(&person)[1]);

        person.submit("/security/second-factor/confirm", &[("code", "000000")]).await;

        assert!(places(&person)[0] < places(&person)[1]);
        person.sees("Type the code again").sees("id=\"e-code\"").sees_no("1. Scan");
    }

    async fn the_mail_is_sent_again_from_the_set_up_which_keeps_its_picture(app: TestApp) {
        let (alice, mut person) = with_actor(&app, "alice").await;
        while app.mails.verifications(&alice.email).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        person.open("/security").await.submit("/security/second-factor", &[]).await;
        let secret = secret_of(&person);
        let mut resend = person.filled("/security/second-factor", &[("act", "resend")]);
        resend.fields.retain(|(name, _)| name != "act");
        resend.fields.push(("act".into(), "resend".into()));

        person.post(&resend).await.sees("A mail is on its way").sees_no("This picture is new").sees_no("id=\"e-code\"");

        assert_eq!((person.page.status, secret_of(&person)), (200, secret.clone()));
        while app.mails.verifications(&alice.email).len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        // whoever does not know the secret is not shown it
        let mut guess = resend.clone();
        guess.fields.retain(|(name, _)| name != "secret");
        person.post(&guess).await.sees("a newer one was made since").sees_no(&secret);
        let code = code_of(&app, &secret);
        person.post(&resend).await.submit("/security/second-factor/confirm", &[("code", &code)]).await;
        assert_eq!((person.page.status, codes_of(&person).len()), (200, 10));
        // all forms that come late are answered alike
        person.post(&resend).await.sees("The second factor is on already").sees_no(&secret);
    }

    async fn a_form_for_new_codes_that_is_sent_again_makes_none(app: TestApp) {
        let (_, mut person) = with_actor(&app, "alice").await;
        let (secret, _) = turn_on(&app, &mut person).await;
        app.clock.advance(TimeDelta::minutes(20));
        let digests = async || app.sql("select count(*), max(\"createdAt\") from auth.recovery_codes").await;

        // as the browser sends it that goes back: the page's own form, and the one that asked for the password in between
        person.open("/security").await;
        let opened = person.filled("/security/recovery-codes", &[]);
        person.post(&opened).await.sees("Confirm that it is you");
        let confirmed = person.filled("/security/recovery-codes", &[("confirm_password", PASSWORD), ("confirm_code", &code_of(&app, &secret))]);
        person.post(&confirmed).await;
        let codes = codes_of(&person);
        app.clock.advance(TimeDelta::minutes(1));
        let made = digests().await;
        for form in [&confirmed, &opened] {
            person.post(form).await;
            assert_eq!(person.page.status, 409);
            person.sees("New codes were made already").sees("shown once").sees("10 codes left").sees_no("id=\"codes\"").sees_no(&codes[0]);
            assert_eq!(digests().await, made);
        }
        let mut again = Person::new(&app);
        again.sign_in("alice@example.com", PASSWORD).await;
        again.submit("/sign-in/code", &[("code", &codes[0])]).await.sees("You signed in with a recovery code.");

        // the form of that page is a new one
        person.submit("/security/recovery-codes", &[]).await;
        assert_eq!((person.page.status, codes_of(&person).len()), (200, 10));
        assert_ne!(digests().await, made);
        // and one that lost its mark makes none
        let mut unmarked = person.open("/security").await.filled("/security/recovery-codes", &[]);
        unmarked.fields.retain(|(name, _)| name != "codes_of");
        assert_eq!(person.post(&unmarked).await.page.status, 409);
    }

    async fn where_no_code_is_left_new_ones_are_made_and_once(app: TestApp) {
        let (_, mut person) = with_actor(&app, "alice").await;
        turn_on(&app, &mut person).await;
        let stale = person.open("/security").await.filled("/security/recovery-codes", &[]);
        app.sql("delete from auth.recovery_codes").await;
        person.open("/security").await.sees("0 codes left");
        let form = person.filled("/security/recovery-codes", &[]);

        // the last one was used since the page was opened
        person.post(&stale).await;
        assert_eq!(codes_of(&person).len(), 10);
        app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(person.post(&form).await.page.status, 409);
    }

    async fn a_second_factor_that_is_turned_on_twice_stays_as_it_is(app: TestApp) {
        let (_, mut person) = with_actor(&app, "alice").await;
        let begun = person.open("/security").await.filled("/security/second-factor", &[]);
        person.submit("/security/second-factor", &[]).await;
        let secret = secret_of(&person);
        let form = person.filled("/security/second-factor/confirm", &[("code", &code_of(&app, &secret))]);
        person.post(&form).await;
        let codes = codes_of(&person);

        person.post(&form).await;
        assert_eq!(person.page.status, 409);
        person.sees("The second factor is on already").sees("10 codes left").sees_no("e-code").sees_no(&codes[0]).sees_no(&secret);
        // the form that begins it is answered alike
        person.post(&begun).await;
        assert_eq!(person.page.status, 409);
        person.sees("The second factor is on already").sees("10 codes left").sees_no(&secret);
        person.open("/security?lang=fr").await.post(&form).await.sees("Le second facteur est déjà activé");
        let mut again = Person::new(&app);
        again.sign_in("alice@example.com", PASSWORD).await;
        again.submit("/sign-in/code", &[("code", &codes[0])]).await.sees("You signed in with a recovery code. 9 are left.");
    }

    async fn new_codes_and_the_end_of_the_second_factor_ask_for_a_newer_sign_in(app: TestApp) {
        let (_, mut person) = with_actor(&app, "alice").await;
        let (secret, codes) = turn_on(&app, &mut person).await;
        app.clock.advance(TimeDelta::minutes(20));

        person.open("/security").await.submit("/security/recovery-codes", &[]).await.sees("Confirm that it is you");
        let code = code_of(&app, &secret);
        person.submit("/security/recovery-codes", &[("confirm_password", PASSWORD), ("confirm_code", &code)]).await;
        let renewed = codes_of(&person);
        assert!(renewed.len() == 10 && renewed[0] != codes[0]);

        person.open("/security").await.submit("/security/second-factor/off", &[]).await;
        assert_eq!(person.path, "/security?notice=second-factor-off");
        person.sees("The second factor is off.").sees("Set it up");
    }
}

mod where_all_need_it {
    use super::*;

    on_both! {
        with [("REQUIRE_MFA", "all")];

        async fn whoever_lacks_the_second_factor_is_led_to_it_from_everywhere(app: TestApp) {
            let (_, mut person) = with_actor(&app, "alice").await;

            for path in ["/billing", "/settings/delete"] {
                person.open(path).await;
                assert_eq!(person.path, "/security?notice=second-factor-needed", "{path}");
            }
            person.sees("This server asks you for a second factor").sees("Set it up").sees_no("End all others");
            person.headers.push(("hx-request", "true".into()));
            person.send("GET", "/billing", None).await;
            assert_eq!((person.page.status, person.page.header("hx-redirect")), (403, "/security?notice=second-factor-needed"));
            person.headers.pop();

            turn_on(&app, &mut person).await;
            assert_eq!(person.open("/billing").await.path, "/billing");
        }
    }
}

mod where_addresses_are_proved {
    use super::*;

    on_both! {
        with [("REQUIRE_VERIFIED_EMAIL", "true")];

        async fn whoever_lacks_the_proof_is_told_what_to_do(app: TestApp) {
            let (alice, mut person) = with_actor(&app, "alice").await;
            for path in ["/security", "/billing"] {
                assert_eq!(person.open(path).await.path, "/verify-address", "{path}");
            }
            person.sees("alice@example.com");
            person.submit("/verify-address/resend", &[]).await.sees("A mail is on its way");
            while app.mails.verifications(&alice.email).len() < 2 {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            let token = app.mails.verifications(&alice.email)[1].body.split("/verify?token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
            app.call("POST", "/api/auth/verify-email", Some(json!({ "token": token }))).await.expect(204);

            assert_eq!(person.open("/security").await.path, "/security");
            assert_eq!(person.open("/verify-address").await.path, "/dashboard");
        }
    }
}
