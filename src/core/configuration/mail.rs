//! Reads the way out for mails: `SMTP_URL`, SendGrid's variables, `MAIL_FROM`. No sentence repeats a value: it may
//! hold a password.

use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use url::Url;

use super::Stage;
use crate::core::{mailer, network, secret::SecretText};

/// The sender of a server that nobody told its own.
pub(super) const DEFAULT_SENDER: &str = "Vault API <no-reply@localhost>";
/// Where SendGrid is.
pub(super) const SENDGRID: &str = "https://api.sendgrid.com";

const FORM: &str = "must be smtp://user:password@host:587 or smtps://user:password@host:465; in the password write / : @ # ? % as %2F %3A %40 %23 %3F %25";

/// The way out for mails.
#[derive(Clone, Debug)]
pub enum MailWay {
    /// An SMTP server.
    Smtp(SmtpSettings),
    /// SendGrid's HTTP API.
    SendGrid(SendGridSettings),
    /// Files in `DATA_DIR/mail`: development.
    Folder,
    /// None: mails wait in the outbox.
    None,
}

/// An SMTP server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// STARTTLS, TLS from the start, or none to a server close by.
    pub tls: Tls,
    /// The user and the password.
    pub login: Option<(String, SecretText)>,
}

/// SendGrid.
#[derive(Clone, Debug)]
pub struct SendGridSettings {
    /// The API key.
    pub key: SecretText,
    /// The API's address, without a slash at its end.
    pub base: String,
}

pub(super) fn sender(text: &str) -> Result<String, String> {
    match mailer::sender(text) {
        Some(_) => Ok(text.into()),
        None => Err("must be one address, as Vault API <no-reply@example.com>".into()),
    }
}

/// The server that `SMTP_URL` names.
pub(super) fn smtp(text: &str, stage: Stage) -> Result<SmtpSettings, String> {
    let url = Url::parse(text).map_err(|_| FORM)?;
    let is_implicit = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        _ => return Err(FORM.into()),
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    if host.is_empty() || !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(FORM.into());
    }
    let login = match (percent_decoded(url.username())?, url.password().map(percent_decoded).transpose()?) {
        (user, None) if user.is_empty() => None,
        (user, Some(password)) if !user.is_empty() => Some((user, SecretText::new(password))),
        _ => return Err("names a user without a password, or a password without a user".into()),
    };
    let (mut is_plain, mut authority) = (false, None);
    for (name, value) in url.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("tls", "none") => is_plain = true,
            ("tls_ca", path) if !path.is_empty() => authority = Some(certificates(path)?),
            _ => return Err("knows the parameters tls=none and tls_ca=/path.pem alone".into()),
        }
    }
    let tls = match (is_plain, is_implicit) {
        (true, true) => return Err("says smtps and tls=none at once; write smtp://…?tls=none".into()),
        (true, false) => {
            is_plain_allowed(&host, login.is_some(), stage)?;
            Tls::None
        }
        (false, true) => Tls::Wrapper(parameters(&host, authority)?),
        (false, false) => Tls::Required(parameters(&host, authority)?),
    };
    let port = url.port().unwrap_or(if is_implicit { 465 } else { 587 });
    if port == 0 {
        return Err("names port 0, which no server has; leave the port out for 587 or 465".into());
    }
    Ok(SmtpSettings { host, port, tls, login })
}

/// In clear, mails and their links can be read on the way, and so can a password.
fn is_plain_allowed(host: &str, has_login: bool, stage: Stage) -> Result<(), String> {
    const LOCAL: &str = "a server on this machine or its private network (a loopback or private address, a name without a dot, or one under .localhost, .local, .internal)";
    match (network::is_local_host(host), has_login, stage) {
        (true, ..) | (false, false, Stage::Development) => Ok(()),
        (false, true, _) => Err(format!("would send the password in clear; tls=none with a user is for {LOCAL} alone")),
        (false, false, Stage::Production) => Err(format!("tls=none is for {LOCAL} alone in production")),
    }
}

/// Verified against the well-known authorities, or against one's own alone.
fn parameters(host: &str, authority: Option<Certificate>) -> Result<TlsParameters, String> {
    let builder = TlsParameters::builder(host.to_owned());
    let builder = match authority {
        Some(authority) => builder.certificate_store(CertificateStore::None).add_root_certificate(authority),
        None => builder,
    };
    builder.build_rustls().map_err(|_| "tls_ca names a file that holds no usable certificate".into())
}

fn certificates(path: &str) -> Result<Certificate, String> {
    let pem = std::fs::read(path).map_err(|error| format!("the file {path} of tls_ca can not be read ({error})"))?;
    // an empty list is no fault to the parser, and would trust nobody
    let has_one = pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----");
    let found = has_one.then(|| Certificate::from_pem(&pem).ok()).flatten();
    found.ok_or_else(|| format!("the file {path} of tls_ca holds no PEM certificate"))
}

fn percent_decoded(text: &str) -> Result<String, String> {
    let (mut out, mut bytes) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair: Vec<u8> = bytes.by_ref().take(2).collect();
            out.extend(hex::decode(pair).map_err(|_| FORM)?);
        } else {
            out.push(byte);
        }
    }
    let text = String::from_utf8(out).map_err(|_| FORM)?;
    if text.chars().any(char::is_control) { Err(FORM.into()) } else { Ok(text) }
}

pub(super) fn sendgrid_key(text: &str) -> Result<SecretText, String> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.into())
    } else {
        Err("must be a key of SendGrid's, as SG.…, without blanks".into())
    }
}

/// HTTPS, or plain HTTP to a server close by.
pub(super) fn sendgrid_base(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| "must be an address, as https://api.sendgrid.com")?;
    let host = url.host_str().unwrap_or_default();
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && network::is_local_host(host));
    if host.is_empty() || !is_safe || url.query().is_some() || !url.username().is_empty() {
        return Err("must be an https address, as https://api.sendgrid.com; http is for a local server alone".into());
    }
    Ok(url.as_str().trim_end_matches('/').into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SmtpSettings, String> {
        smtp(text, Stage::Production)
    }

    #[test]
    fn the_scheme_decides_on_tls_and_the_port() {
        for (text, port, tls) in [
            ("smtp://u:p@mail.example.com", 587, "Required"),
            ("smtp://mail.example.com:2525", 2525, "Required"),
            ("smtps://u:p@mail.example.com", 465, "Wrapper"),
            ("smtp://127.0.0.1:1025?tls=none", 1025, "None"),
            ("smtp://u:p@mailpit:1025?tls=none", 1025, "None"),
        ] {
            let settings = read(text).expect(text);
            assert_eq!((settings.port, format!("{:?}", settings.tls)), (port, tls.to_owned()), "{text}");
        }
    }

    #[test]
    fn user_and_password_may_hold_any_sign_and_are_never_shown() {
        let settings = read("smtp://me%40example.com:a%2Fb%3A%25%C3%A9@mail.example.com").expect("settings");

        let (user, password) = settings.login.clone().expect("a login");
        assert_eq!((user.as_str(), password.expose().as_str()), ("me@example.com", "a/b:%é"));
        assert!(!format!("{settings:?}").contains("a/b"));
    }

    #[test]
    fn what_is_unsafe_or_unclear_is_refused_without_its_text() {
        for text in [
            "smtp://u:hush@mail.example.com?tls=none",
            "smtp://mail.example.com?tls=none",
            "smtps://u:hush@localhost?tls=none",
            "smtp://u:hush@mail.example.com?tls=optional",
            "smtp://u:hush@mail.example.com/path",
            "smtp://u:hush@mail.example.com:99999",
            "smtp://u:hush@mail.example.com:0",
            "smtp://hush@mail.example.com",
            "smtp://u:hu%zzsh@mail.example.com",
            "smtp://u:hush%0d%0a@mail.example.com",
            "https://u:hush@mail.example.com",
            "hush",
            "smtp://u:hush@",
        ] {
            let sentence = read(text).expect_err(text);
            assert!(!sentence.contains("hush"), "{sentence}");
        }
        assert!(smtp("smtp://mail.example.com?tls=none", Stage::Development).is_ok());
        assert!(smtp("smtp://u:p@mail.example.com?tls=none", Stage::Development).is_err());
    }

    #[test]
    fn the_key_of_sendgrid_travels_under_tls() {
        assert_eq!(sendgrid_base("https://api.eu.sendgrid.com/").as_deref(), Ok("https://api.eu.sendgrid.com"));
        assert!(sendgrid_base("http://127.0.0.1:8025").is_ok());
        for text in ["http://api.sendgrid.com", "api.sendgrid.com", "ftp://localhost"] {
            assert!(sendgrid_base(text).is_err(), "{text}");
        }
    }
}
