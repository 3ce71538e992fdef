//! What the mails say: every kind in both languages, one link each, and nothing of a stranger's that does harm.

use std::collections::BTreeSet;

use chrono::DateTime;
use vault_api::{
    core::{
        language::Language,
        texts::mails::{self, MailText, Particulars},
    },
    models::{
        email::Email,
        ids::UserId,
        mail::{MailCause, MailKind, QueuedMail},
    },
};

const LINK: &str = "https://vault.test/reset?token=TOKEN&x=1";
const LANGUAGES: [Language; 2] = [Language::English, Language::French];

fn queued(kind: MailKind, text: &str) -> QueuedMail {
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    QueuedMail {
        id: uuid::Uuid::nil(),
        kind,
        account: Some(UserId(uuid::Uuid::nil())),
        address: Email::parse("alice@example.com").unwrap(),
        details: std::collections::BTreeMap::new(),
        cause: MailCause { ip: "203.0.113.7".into(), user_agent: firefox.into(), request_id: "r".into() },
        attempts: 0,
        created_at: DateTime::from_timestamp(1_795_363_500, 0).unwrap(),
    }
    .with("address", "ada.lovelace@example.org")
    .with("role", "support")
    .with("name", text)
    .with("days", "3")
    .with("left", "9")
    .with("amount", "123450")
    .with("currency", "eur")
    .with("number", "VA-0042")
    .with("limit", "3")
    .with("link", LINK)
}

fn written(language: Language, kind: MailKind, text: &str) -> MailText {
    mails::write(language, &Particulars { mail: &queued(kind, text), name: text, link: LINK, minutes: 15 })
}

/// Every address that the text leads to.
fn links(text: &str) -> BTreeSet<String> {
    let marks = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '<' | '>');
    ["http://", "https://"]
        .iter()
        .flat_map(|scheme| text.match_indices(scheme).map(|(at, _)| at))
        .map(|at| text[at..].split(marks).next().unwrap().replace("&amp;", "&"))
        .collect()
}

#[test]
fn every_kind_has_its_words_in_both_languages() {
    for language in LANGUAGES {
        let all: Vec<_> = MailKind::ALL
            .iter()
            .map(|kind| {
                let text = written(language, *kind, "Ada Lovelace");
                format!("===== {}\nSubject: {}\n\n{}", kind.as_str(), text.subject, text.plain)
            })
            .collect();
        insta::assert_snapshot!(format!("plain_{}", language.tag()), all.join("\n"));
    }
}

#[test]
fn the_html_says_the_same_in_a_frame() {
    insta::assert_snapshot!("html_recovery_en", written(Language::English, MailKind::Recovery, "Ada").html);
    insta::assert_snapshot!("html_payment_failed_fr", written(Language::French, MailKind::PaymentFailed, "Ada").html);
    insta::assert_snapshot!("html_pro_ended_en", written(Language::English, MailKind::ProEnded, "Ada").html);
    insta::assert_snapshot!("html_key_expiring_fr", written(Language::French, MailKind::KeyExpiring, "Ada").html);
    insta::assert_snapshot!(
        "html_recovery_code_used_fr",
        written(Language::French, MailKind::RecoveryCodeUsed, "Ada").html
    );
    for (language, kind) in
        LANGUAGES.iter().flat_map(|language| MailKind::ALL.iter().map(move |kind| (*language, *kind)))
    {
        let text = written(language, kind, "Ada Lovelace");
        let blank = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let html = blank(&text.html.replace("<strong>", "").replace("</strong>", ""));
        for line in
            text.plain.lines().filter(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with("http"))
        {
            let line = blank(&line.replace('\'', "&#39;"));
            let said = line.trim_end_matches(':').trim_end();
            assert!(html.contains(said), "{}: the HTML does not say “{said}”", kind.as_str());
        }
        assert!(text.html.lines().all(|line| line.len() < 990), "a line is too long for a mail");
    }
}

#[test]
fn every_mail_leads_to_one_address_and_fetches_nothing() {
    for (language, kind) in
        LANGUAGES.iter().flat_map(|language| MailKind::ALL.iter().map(move |kind| (*language, *kind)))
    {
        let text = written(language, kind, "Ada Lovelace");
        for form in [&text.plain, &text.html] {
            assert_eq!(links(form).into_iter().collect::<Vec<_>>(), [LINK], "{}", kind.as_str());
        }
        assert_eq!(text.plain.matches(LINK).count(), 1);
        for fetched in ["<img", "<script", "<link", "url(", "@import", "src=", "background=\""] {
            assert!(!text.html.contains(fetched), "{}: {fetched}", kind.as_str());
        }
    }
}

#[test]
fn what_others_wrote_does_no_harm() {
    let hostile = "<img src=x onerror=alert(1)>\r\nBcc: eve@example.com\u{202e}\u{2066}{{link}}{{7*7}}\u{0}\"'";
    for (language, kind) in
        LANGUAGES.iter().flat_map(|language| MailKind::ALL.iter().map(move |kind| (*language, *kind)))
    {
        let mut mail = queued(kind, hostile)
            .with("role", hostile)
            .with("amount", hostile)
            .with("days", hostile)
            .with("currency", hostile)
            .with("number", hostile)
            .with("limit", hostile)
            .with("left", hostile)
            .with("for", hostile)
            .with("address", hostile);
        mail.cause = MailCause { ip: hostile.into(), user_agent: hostile.into(), request_id: hostile.into() };
        let text = mails::write(language, &Particulars { mail: &mail, name: hostile, link: LINK, minutes: 15 });

        assert!(!text.html.contains("<img") && !text.html.contains("onerror=alert(1)>"), "{}", text.html);
        assert!(!text.subject.contains(['\r', '\n']), "{}", text.subject);
        for form in [&text.subject, &text.plain, &text.html] {
            assert!(!form.contains(['\u{202e}', '\u{2066}', '\0', '\r']), "{form}");
            assert!(!form.contains("\nBcc:"), "{form}");
        }
        assert_eq!(links(&text.html).into_iter().collect::<Vec<_>>(), [LINK]);
    }
}

/// A mail about these keys, of so many in all.
fn about(language: Language, names: &[&str], count: usize) -> MailText {
    let keys: Vec<(String, DateTime<chrono::Utc>)> = (0..)
        .zip(names)
        .map(|(hours, name)| ((*name).to_owned(), DateTime::from_timestamp(1_795_863_500 + hours * 3600, 0).unwrap()))
        .collect();
    let mail = queued(MailKind::KeyExpiring, names[0])
        .with("keys", serde_json::to_string(&keys).unwrap())
        .with("count", count.to_string())
        .with("within", "7");
    mails::write(language, &Particulars { mail: &mail, name: "Ada", link: LINK, minutes: 15 })
}

#[test]
fn keys_that_expire_together_are_listed() {
    let all: Vec<_> = LANGUAGES
        .iter()
        .flat_map(|language| {
            [
                about(*language, &["OpenAI (production)"], 1),
                about(*language, &["OpenAI (production)", "Stripe", "Nom à « guillemets »"], 23),
            ]
        })
        .map(|text| format!("Subject: {}\n\n{}", text.subject, text.plain))
        .collect();
    insta::assert_snapshot!("keys_expiring", all.join("\n=====\n"));
    insta::assert_snapshot!(
        "html_keys_expiring_fr",
        about(Language::French, &["OpenAI (production)", "Stripe"], 23).html
    );
}

#[test]
fn the_names_of_keys_do_no_harm_in_a_list() {
    let hostile = "<img src=x>\r\nBcc: eve@example.com\u{202e}{{link}}\u{0}";
    for language in LANGUAGES {
        let text = about(language, &[hostile, &"é".repeat(5000)], 2);

        assert!(!text.html.contains("<img") && !text.plain.contains(['\r', '\0', '\u{202e}']), "{}", text.plain);
        assert!(!text.plain.contains("\nBcc:") && text.plain.len() < 2000, "{}", text.plain);
        assert_eq!(links(&text.html).into_iter().collect::<Vec<_>>(), [LINK]);
    }
}

#[test]
fn few_recovery_codes_ask_for_new_ones() {
    let all: Vec<_> = LANGUAGES
        .iter()
        .flat_map(|language| {
            [("3", ""), ("1", "act"), ("0", "sign_in")].map(|(left, purpose)| (*language, left, purpose))
        })
        .map(|(language, left, purpose)| {
            let mail = queued(MailKind::RecoveryCodeUsed, "Ada").with("left", left).with("for", purpose);
            let text = mails::write(language, &Particulars { mail: &mail, name: "Ada", link: LINK, minutes: 15 });
            text.plain.split("\n\n").nth(1).unwrap_or_default().to_owned()
        })
        .collect();
    insta::assert_snapshot!("recovery_codes_left", all.join("\n"));
}

#[test]
fn an_invoice_without_a_page_leads_to_ours_and_says_so() {
    for (language, open) in [(Language::English, "Open Vault API"), (Language::French, "Ouvrir Vault API")] {
        for kind in [MailKind::InvoicePaid, MailKind::PaymentFailed] {
            let mail = queued(kind, "Ada").with("link", "").with("number", "");
            let text = mails::write(language, &Particulars { mail: &mail, name: "Ada", link: LINK, minutes: 15 });

            assert!(text.plain.contains(open) && !text.plain.contains("VA-0042"), "{}", text.plain);
            assert!(!written(language, kind, "Ada").plain.contains(open));
        }
    }
}

#[test]
fn amounts_are_written_as_the_reader_writes_them() {
    for (amount, currency, english, french) in [
        ("123450", "eur", "€1,234.50", "1\u{202f}234,50\u{a0}€"),
        ("1500", "jpy", "JPY\u{a0}1,500", "1\u{202f}500\u{a0}JPY"),
    ] {
        for (language, shown) in [(Language::English, english), (Language::French, french)] {
            let mail = queued(MailKind::InvoicePaid, "Ada").with("amount", amount).with("currency", currency);
            let text = mails::write(language, &Particulars { mail: &mail, name: "Ada", link: LINK, minutes: 15 });
            assert!(text.plain.contains(shown) && text.html.contains(shown), "{}", text.plain);
        }
    }
}

#[test]
fn a_long_name_is_cut() {
    let text = written(Language::English, MailKind::KeyExpiring, &"é".repeat(5000));

    assert!(text.subject.chars().count() < 80 && text.plain.len() < 2000, "{}", text.subject);
}

#[test]
fn who_did_it_is_told_to_the_owner_alone() {
    for kind in [MailKind::VerifyAddress, MailKind::ConfirmAddress, MailKind::RoleChanged, MailKind::AccountDisabled] {
        let text = written(Language::English, kind, "Ada");
        assert!(!text.plain.contains("203.0.113.7") && !text.html.contains("Firefox"), "{}", kind.as_str());
    }
    for kind in [MailKind::VerifyAddress, MailKind::ConfirmAddress] {
        assert!(!written(Language::French, kind, "Ada").plain.contains("Ada"), "a stranger's words in our mail");
    }
    let moved = written(Language::English, MailKind::AddressChanged, "Ada");
    assert!(moved.plain.contains("a…@example.org") && !moved.plain.contains("lovelace"), "{}", moved.plain);
}
