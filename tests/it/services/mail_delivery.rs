//! The ways out for mails against real servers: what arrives, what is refused, and what the outbox is told.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::DateTime;
use vault_api::core::{
    configuration,
    mailer::{self, Mail, Mailer},
};

use crate::support::{SENDGRID_KEY, SendGrid, SmtpSink, header, make_certificates};

const USER: &str = "vault%40example.com:p%40ss%2Fword";
const SIGN_IN: [&str; 2] = ["--sign-in", "vault@example.com:p@ss/word"];

/// The mailer that these variables give.
fn mailer_of(settings: &[(&str, &str)]) -> Arc<dyn Mailer> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all = BTreeMap::from([("DATA_DIR".to_owned(), folder.path().display().to_string())]);
    all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    mailer::of(&configuration::read(&all).expect("a sound configuration"))
}

fn smtp(url: &str) -> Arc<dyn Mailer> {
    mailer_of(&[("SMTP_URL", url)])
}

fn mail() -> Mail {
    Mail {
        from: "Vault API <no-reply@vault.test>".into(),
        to: "alice@example.com".into(),
        subject: "Votre clé « été » expire — déjà".into(),
        body: "Bonjour Élise,\n\n.un point au début\n\nhttps://vault.test/reset?token=abc\n".into(),
        html: "<!doctype html><p>Élise &amp; Cie</p>".into(),
        id: "01920000-0000-7000-8000-000000000001".into(),
        date: DateTime::UNIX_EPOCH,
    }
}

fn certificates() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    make_certificates(folder.path());
    folder
}

fn url_with_authority(scheme: &str, sink: &SmtpSink, folder: &Path, authority: &str) -> String {
    format!("{scheme}://{USER}@127.0.0.1:{}?tls_ca={}", sink.port, folder.join(authority).display())
}

#[tokio::test]
async fn a_mail_arrives_in_both_forms_with_the_headers_of_an_automatic_one() {
    let folder = certificates();
    for (scheme, more) in [("smtp", &SIGN_IN[..]), ("smtps", &["--implicit", SIGN_IN[0], SIGN_IN[1]])] {
        let sink = SmtpSink::with_certificate(folder.path(), "server", more);
        let mailer = smtp(&url_with_authority(scheme, &sink, folder.path(), "own.crt"));

        mailer.check().await.expect("the check");
        mailer.deliver(&mail()).await.expect("accepted");

        let came = sink.received().remove(0);
        assert_eq!(
            (came["from"].as_str(), came["to"][0].as_str()),
            (Some("no-reply@vault.test"), Some("alice@example.com"))
        );
        assert_eq!(header(&came, "Subject"), mail().subject);
        assert_eq!(header(&came, "From"), "Vault API <no-reply@vault.test>");
        assert_eq!(header(&came, "Message-ID"), "<01920000-0000-7000-8000-000000000001@vault.test>");
        assert_eq!(header(&came, "Auto-Submitted"), "auto-generated");
        assert!(header(&came, "Date").starts_with("Thu, 01 Jan 1970 00:00:00"));
        assert_eq!(came["type"], "multipart/alternative");
        assert_eq!(came["plain"].as_str().map(|text| text.replace("\r\n", "\n")), Some(mail().body));
        assert_eq!(came["html"].as_str().map(str::trim), Some(mail().html.as_str()));
        assert_eq!((&came["is_encrypted"], &came["is_signed_in"]), (&true.into(), &true.into()), "{scheme}");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_server_that_can_not_be_trusted() {
    let folder = certificates();
    let starttls = |name: &str| SmtpSink::with_certificate(folder.path(), name, &SIGN_IN);
    let cases = [
        ("signed by itself", starttls("alone"), "smtp", "own.crt"),
        ("for another host", starttls("elsewhere"), "smtp", "own.crt"),
        ("of another authority", starttls("server"), "smtp", "other.crt"),
        ("no STARTTLS", SmtpSink::start_with(&SIGN_IN), "smtp", "own.crt"),
        (
            "signed by itself, TLS from the start",
            SmtpSink::with_certificate(folder.path(), "alone", &["--implicit", SIGN_IN[0], SIGN_IN[1]]),
            "smtps",
            "own.crt",
        ),
    ];
    for (case, sink, scheme, authority) in cases {
        let refused =
            smtp(&url_with_authority(scheme, &sink, folder.path(), authority)).deliver(&mail()).await.expect_err(case);

        assert!(!refused.is_final, "{case}: the mail would be lost");
        assert!(sink.received().is_empty() && sink.attempts() == 0, "{case}: it was sent");
        assert_eq!(sink.sign_ins(), "", "{case}: the password was shown");
        assert!(!refused.sentence.contains("p@ss"), "{refused}");
    }
    // the well-known authorities do not know ours
    let sink = starttls("server");
    let refused = smtp(&format!("smtp://{USER}@127.0.0.1:{}", sink.port)).deliver(&mail()).await.expect_err("refused");
    assert!(refused.sentence.to_lowercase().contains("certificate") && sink.sign_ins().is_empty(), "{refused}");
}

#[tokio::test]
async fn a_refusal_is_final_where_it_is_about_this_mail() {
    let sink = SmtpSink::start();
    let mailer = smtp(&sink.plain_url());
    for (mode, is_final) in [("later", false), ("never", true), ("no-mailbox", true), ("no-sender", false)] {
        sink.set_mode(mode);

        let refused = mailer.deliver(&mail()).await.expect_err(mode);

        assert_eq!(refused.is_final, is_final, "{mode}: {refused}");
        assert!(!refused.sentence.contains("token"), "the server's words hold the link: {refused}");
    }
    let sink = SmtpSink::start_with(&SIGN_IN);
    let wrong = smtp(&format!("smtp://vault%40example.com:MARKER@127.0.0.1:{}?tls=none", sink.port));
    let refused = wrong.deliver(&mail()).await.expect_err("a wrong password");
    assert!(!refused.is_final && refused.sentence.contains("535") && !refused.sentence.contains("MARKER"), "{refused}");
}

#[tokio::test]
async fn a_server_that_hangs_or_is_away_is_left_within_a_quarter_of_a_minute() {
    let sink = SmtpSink::start();
    sink.set_mode("hang");
    let (sendgrid, base) = SendGrid::start().await;
    sendgrid.answer_with(0);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("smtp://127.0.0.1:{}?tls=none", silent.local_addr().expect("an address").port());
    let (by_smtp, never_greets) = (smtp(&sink.plain_url()), smtp(&silent));
    let away = smtp("smtp://127.0.0.1:1?tls=none");
    let by_http = mailer_of(&[("SENDGRID_API_KEY", SENDGRID_KEY), ("SENDGRID_API_BASE", &base)]);

    let began = Instant::now();
    let letter = mail();
    let all = tokio::join!(
        by_smtp.deliver(&letter),
        by_http.deliver(&letter),
        never_greets.deliver(&letter),
        away.deliver(&letter)
    );

    assert!(began.elapsed() < Duration::from_secs(17), "{:?}", began.elapsed());
    for refused in [all.0, all.1, all.2, all.3] {
        assert!(!refused.expect_err("nobody accepted it").is_final);
    }
}

#[tokio::test]
async fn sendgrid_gets_the_form_that_it_asks_for() {
    let (sendgrid, base) = SendGrid::start().await;
    let mailer = mailer_of(&[("SENDGRID_API_KEY", SENDGRID_KEY), ("SENDGRID_API_BASE", &base)]);

    mailer.check().await.expect("the check");
    mailer.deliver(&mail()).await.unwrap_or_else(|refused| panic!("{refused}: {:?}", sendgrid.faults()));

    let came = sendgrid.received().remove(0);
    assert_eq!(came["personalizations"][0]["to"][0]["email"], "alice@example.com");
    assert_eq!(came["from"], serde_json::json!({ "email": "no-reply@vault.test", "name": "Vault API" }));
    assert_eq!(came["subject"], mail().subject);
    assert_eq!(came["content"][0]["value"], mail().body);
    assert_eq!(came["headers"]["Message-ID"], "<01920000-0000-7000-8000-000000000001@vault.test>");
}

#[tokio::test]
async fn sendgrid_s_answers_are_understood() {
    let (sendgrid, base) = SendGrid::start().await;
    let mailer = mailer_of(&[("SENDGRID_API_KEY", SENDGRID_KEY), ("SENDGRID_API_BASE", &base)]);
    for (status, is_final, pause) in [
        (400, true, None),
        (413, true, None),
        (401, false, None),
        (403, false, None),
        (429, false, Some(600)),
        (500, false, None),
        (503, false, None),
        (301, false, None),
    ] {
        sendgrid.answer_with(status);

        let refused = mailer.deliver(&mail()).await.expect_err("refused");

        assert_eq!((refused.is_final, refused.retry_after), (is_final, pause.map(Duration::from_secs)), "{status}");
        assert!(refused.sentence.contains(&status.to_string()) && refused.sentence.len() <= 300, "{refused}");
        assert!(!refused.sentence.contains("hush") && !refused.sentence.contains("MARKER"), "{refused}");
    }
    let wrong = mailer_of(&[("SENDGRID_API_KEY", "SG.wrong"), ("SENDGRID_API_BASE", &base)]);
    assert!(wrong.check().await.expect_err("a wrong key").sentence.contains("401"));
}
