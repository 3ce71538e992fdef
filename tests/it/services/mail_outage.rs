//! The outbox in front of real mail servers that are away, refuse, ask for patience or hang.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use vault_api::{models::email::Email, services::administration};

use crate::support::{Engine, SENDGRID_KEY, SendGrid, SmtpSink, TestApp, header};

const WAITING: &str = "select count(*) from auth.mail_outbox where \"givenUpAt\" is null";

async fn app_with(engine: Engine, url: &str) -> TestApp {
    TestApp::start_with(engine, &[("SMTP_URL", url), ("MAIL_FROM", "Vault API <no-reply@vault.test>")]).await
}

/// Changes alice's password, which sends her a notice. The operator made her, so that no other mail is on its way.
async fn change_password(app: &TestApp) -> String {
    let (email, password) = ("alice@example.com", "une girafe en pyjama vert");
    let parsed = Email::parse(email).expect("an address");
    administration::create_administrator(&app.operator(), parsed, Some(password.into())).await.expect("an account");
    let body = json!({ "email": email, "password": password });
    let tokens = app.call("POST", "/api/auth/login", Some(body)).await.expect(200).json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    let body = json!({ "current_password": password, "new_password": "un hippopotame sur un vélo" });
    app.call_with("POST", "/api/auth/password", Some(body), &[("authorization", &bearer)]).await.expect(204);
    email.to_owned()
}

async fn wait_for(app: &TestApp, query: &str, wanted: &str) {
    for _ in 0..800 {
        if app.sql(query).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{query} gives {}, not {wanted}", app.sql(query).await);
}

/// Makes a test on each database.
macro_rules! on_each {
    ($($name:ident)+) => { $(
        mod $name {
            use crate::support::Engine;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::scenarios::$name(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::scenarios::$name(Engine::Postgres).await;
            }
        }
    )+ };
}

on_each! {
    a_mail_arrives_after_the_server_was_away_for_an_hour
    what_is_refused_for_good_is_given_up_at_once
    a_server_that_asks_for_patience_gets_it
    a_server_that_hangs_changes_no_request_and_holds_up_no_other_mail
}

mod scenarios {
    use super::*;

    pub async fn a_mail_arrives_after_the_server_was_away_for_an_hour(engine: Engine) {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let app = app_with(engine, &format!("smtp://127.0.0.1:{port}?tls=none")).await;
        let email = change_password(&app).await;
        for attempts in 1..=6 {
            wait_for(
                &app,
                &format!(
                    "select count(*) from auth.mail_outbox where attempts = {attempts} and \"lastError\" is not null"
                ),
                "1",
            )
            .await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            app.clock.advance(TimeDelta::minutes(1 << (attempts - 1)));
            app.app.mail_is_due.notify_one();
        }

        let sink = tokio::task::spawn_blocking(move || SmtpSink::start_with(&["--port", &port.to_string()]))
            .await
            .expect("a server");
        app.clock.advance(TimeDelta::hours(1));
        app.app.mail_is_due.notify_one();

        wait_for(&app, WAITING, "0").await;
        let came = sink.received();
        assert_eq!((came.len(), came[0]["to"][0].as_str()), (1, Some(email.as_str())));
        assert_eq!(header(&came[0], "Subject"), "Your Vault API password was changed");
    }

    pub async fn what_is_refused_for_good_is_given_up_at_once(engine: Engine) {
        let sink = SmtpSink::start();
        let app = app_with(engine, &sink.plain_url()).await;
        sink.set_mode("never");

        change_password(&app).await;

        wait_for(&app, "select count(*) from auth.mail_outbox where \"givenUpAt\" is not null", "1").await;
        let why = app.sql("select \"lastError\" from auth.mail_outbox").await;
        assert!(why.contains("550") && !why.contains("://"), "{why}");
        app.clock.advance(TimeDelta::hours(2));
        app.app.mail_is_due.notify_one();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(sink.attempts(), 1);
    }

    pub async fn a_server_that_asks_for_patience_gets_it(engine: Engine) {
        let (sendgrid, base) = SendGrid::start().await;
        sendgrid.answer_with(429);
        let app =
            TestApp::start_with(engine, &[("SENDGRID_API_KEY", SENDGRID_KEY), ("SENDGRID_API_BASE", &base)]).await;
        change_password(&app).await;
        wait_for(&app, "select count(*) from auth.mail_outbox where \"lastError\" like '%429%'", "1").await;
        sendgrid.answer_with(202);

        app.clock.advance(TimeDelta::minutes(9));
        app.app.mail_is_due.notify_one();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(sendgrid.received().len(), 0, "it was told to wait for ten minutes");
        app.clock.advance(TimeDelta::minutes(2));
        app.app.mail_is_due.notify_one();
        wait_for(&app, WAITING, "0").await;

        assert_eq!((sendgrid.received().len(), sendgrid.faults()), (1, Vec::new()));
    }

    pub async fn a_server_that_hangs_changes_no_request_and_holds_up_no_other_mail(engine: Engine) {
        let sink = SmtpSink::start();
        let app = app_with(engine, &sink.plain_url()).await;
        let bob = app.member("bob").await;
        sink.set_mode("hang");
        let recover = async |times: usize| {
            let began = Instant::now();
            for _ in 0..times {
                app.call("POST", "/api/auth/recover", Some(json!({ "email": bob.email }))).await.expect(202);
            }
            began.elapsed()
        };

        recover(3).await;
        tokio::task::block_in_place(|| sink.wait_for_attempts(3));
        let during = recover(20).await;
        // three mails hang; the next ones leave beside them
        let hanging = sink.attempts();
        sink.set_mode("accept");
        recover(1).await;
        let before = Instant::now();
        tokio::task::block_in_place(|| sink.wait_for(1));

        assert!(during < Duration::from_secs(3), "20 requests took {during:?} while the mail server hung");
        assert!((3..=8).contains(&hanging), "{hanging} at once");
        assert!(before.elapsed() < Duration::from_secs(17));
    }
}
