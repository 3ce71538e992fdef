//! Writes a mail as a message: headers of their own types, so that no name or address can add one.

use std::time::SystemTime;

use lettre::{
    Address, Message,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{Mail, Undelivered};

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The sender that `MAIL_FROM` names: `Name <address>`, or an address alone.
#[must_use]
pub fn sender(text: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) || text.len() > 320 {
        return None;
    }
    let (name, address) = match text.rsplit_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"').trim(), rest.strip_suffix('>')?),
        None => ("", text),
    };
    let address: Address = address.trim().parse().ok()?;
    let is_plain = address.to_string().is_ascii() && !name.contains(['<', '>']);
    is_plain.then(|| Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

/// How the parts of a message are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As any server takes it.
    Encoded,
    /// As a person can read it in a file.
    Readable,
}

/// The message: plain text and HTML, one of which the recipient's program shows.
pub(super) fn compose(mail: &Mail, form: Form) -> Result<Message, Undelivered> {
    let broken = |what: &str| Undelivered::for_good(format!("the mail's {what} can not be written"));
    let from = sender(&mail.from).ok_or_else(|| broken("sender"))?;
    let to: Address = mail.to.parse().map_err(|_| broken("recipient"))?;
    let message_id = message_id(mail, &from);
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}", mail.id))
        .singlepart(part(ContentType::TEXT_PLAIN, &mail.body, form))
        .singlepart(part(ContentType::TEXT_HTML, &mail.html, form));
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(one_line(&mail.subject))
        .date(SystemTime::from(mail.date))
        .message_id(Some(message_id))
        // no vacation notes in answer (RFC 3834)
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into()))
        .multipart(parts)
        .map_err(|_| broken("form"))
}

/// The same at every attempt, so that a mail that came twice is known for one.
pub(super) fn message_id(mail: &Mail, from: &Mailbox) -> String {
    format!("<{}@{}>", mail.id, from.email.domain())
}

/// A subject is one line, whatever was put into it.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn part(kind: ContentType, text: &str, form: Form) -> SinglePart {
    let readable = match form {
        Form::Readable => Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::EightBit).ok(),
        Form::Encoded => None,
    };
    SinglePart::builder().content_type(kind).body(readable.unwrap_or_else(|| Body::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            from: "Société Éclair <no-reply@localhost>".into(),
            to: "alice@example.com".into(),
            subject: "Clé\r\nBcc: eve@example.com".into(),
            body: "Bonjour,\nÉlise\n.\nFin".into(),
            html: "<p>Élise</p>".into(),
            id: "0192".into(),
            date: DateTime::UNIX_EPOCH,
        }
    }

    use chrono::DateTime;

    #[test]
    fn the_sender_may_have_a_name_and_is_one_address() {
        for text in ["Vault API <no-reply@localhost>", "no-reply@example.com", "\"A, B\" <x@example.com>"] {
            assert!(sender(text).is_some(), "{text}");
        }
        for text in
            ["", "nobody", "a@b@c", "A <x@example.com", "A <x@example.com>\r\nBcc: y@example.com", "A <é@x.com>"]
        {
            assert!(sender(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_line_end_in_a_subject_adds_no_header() {
        let text = String::from_utf8(compose(&mail(), Form::Encoded).expect("a message").formatted()).expect("ASCII");
        let head = text.split("\r\n\r\n").next().expect("a head");

        assert!(!head.to_lowercase().contains("\nbcc:"), "{head}");
        for line in ["Message-ID: <0192@localhost>", "Auto-Submitted: auto-generated", "Date: Thu, 01 Jan 1970"] {
            assert!(head.contains(line), "{line} is missing:\n{head}");
        }
        assert!(text.contains("multipart/alternative") && text.is_ascii());
    }

    #[test]
    fn a_mail_in_a_file_can_be_read() {
        let text = String::from_utf8(compose(&mail(), Form::Readable).expect("a message").formatted()).expect("UTF-8");

        assert!(text.contains("Bonjour,\r\nÉlise\r\n"), "{text}");
    }

    #[test]
    fn a_recipient_that_is_no_address_is_refused_for_good() {
        for to in ["alice@example.com\r\nBcc: eve@example.com", "a@x.com, b@x.com", ""] {
            let refused = compose(&Mail { to: to.into(), ..mail() }, Form::Encoded).expect_err(to);
            assert!(refused.is_final);
        }
    }
}
