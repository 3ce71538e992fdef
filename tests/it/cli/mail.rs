//! `mail test`, `check` and the start: does a mail leave, and if not, what is to be done.

use crate::support::{Engine, SmtpSink, Vault, header, make_certificates};

fn vault(url: &str) -> Vault {
    Vault::new(Engine::Sqlite).with("SMTP_URL", url).with("MAIL_FROM", "Vault API <no-reply@vault.test>")
}

#[test]
fn a_test_mail_arrives_and_is_said_to_be_accepted() {
    let sink = SmtpSink::start();

    let done = vault(&sink.plain_url()).run(&["mail", "test", "you@example.com"]).expect(0);
    let french = vault(&sink.plain_url()).run(&["mail", "test", "you@example.com", "--language", "fr"]).expect(0);

    assert!(done.output.contains("Accepted") && french.output.contains("you@example.com"), "{}", done.output);
    let came = sink.received();
    assert_eq!(
        (came[0]["to"][0].as_str(), header(&came[0], "Subject").as_str()),
        (Some("you@example.com"), "Test mail of Vault API")
    );
    assert_eq!(header(&came[1], "Subject"), "Message d’essai de Vault API");
}

#[test]
fn in_development_the_test_mail_is_a_file() {
    let vault = Vault::new(Engine::Sqlite);

    let done = vault.run(&["mail", "test", "you@example.com"]).expect(0);

    assert!(done.output.contains("/dev/mail"), "{}", done.output);
    assert_eq!(vault.data().join("mail").read_dir().expect("a folder").count(), 1);
}

#[test]
fn what_went_wrong_is_said_with_what_to_do_and_without_the_password() {
    let sink = SmtpSink::start_with(&["--sign-in", "me:right"]);
    let url = format!("smtp://me:MARKER-wrong@127.0.0.1:{}?tls=none", sink.port);
    for command in [&["mail", "test", "you@example.com"][..], &["check"]] {
        let done = vault(&url).run(command).expect(1);
        for word in ["535", "What to do", "SMTP_URL"] {
            assert!(done.errors.contains(word), "{word}: {}", done.errors);
        }
        assert!(!done.errors.contains("MARKER") && !done.output.contains("MARKER"), "{}", done.errors);
    }
    vault(&url).run(&["mail", "test", "nobody"]).expect(1);
}

#[test]
fn the_check_goes_as_far_as_the_sign_in_and_sends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    make_certificates(folder.path());
    let sink = SmtpSink::with_certificate(folder.path(), "server", &["--sign-in", "me:right"]);
    let authority = folder.path().join("own.crt").display().to_string();

    let done = vault(&format!("smtp://me:right@127.0.0.1:{}?tls_ca={authority}", sink.port)).run(&["check"]).expect(0);
    assert!(
        done.output.contains("mail           ok, 127.0.0.1") && done.output.contains("STARTTLS"),
        "{}",
        done.output
    );
    assert!(sink.sign_ins().contains("TLS") && sink.attempts() == 0);

    let untrusted = vault(&format!("smtp://me:right@127.0.0.1:{}", sink.port)).run(&["check"]).expect(1);
    assert!(untrusted.errors.contains("certificate") && untrusted.errors.contains("tls_ca"), "{}", untrusted.errors);
}

#[test]
fn an_unsafe_or_broken_setting_ends_the_program_before_it_listens() {
    for (name, value) in [
        ("SMTP_URL", "smtp://me:MARKER@mail.example.com?tls=none"),
        ("SMTP_URL", "smtp://me:MARKER@mail.example.com?tls_ca=/nowhere.pem"),
        ("SMTP_URL", "MARKER"),
        ("SENDGRID_API_BASE", "http://MARKER.example.com"),
        ("MAIL_FROM", "MARKER"),
        ("MAIL_FROM", "A <a@example.com>, B <b@example.com>"),
    ] {
        let done = Vault::new(Engine::Sqlite).with(name, value).run(&["serve", "--port", "0"]).expect(78);
        assert!(done.errors.contains(&format!("vault-api: {name}: ")), "{}", done.errors);
        assert!(!done.errors.contains("MARKER"), "{}", done.errors);
    }
}

#[test]
fn without_a_mail_server_in_production_the_test_says_what_to_set() {
    let done = Vault::in_production(Engine::Sqlite).run(&["mail", "test", "you@example.com"]).expect(1);

    assert!(done.errors.contains("SMTP_URL") && done.errors.contains("SENDGRID_API_KEY"), "{}", done.errors);
}
