//! One request and its answer. TLS is verified against the system's certificates (`SSL_CERT_FILE` is respected), and a
//! redirect is never followed: the credential would go along. A proxy of the environment is used for TLS alone, where it
//! sees the server's name and nothing else.

use std::{sync::Arc, time::Duration};

use ureq::{
    Agent, Error,
    http::{self, Response},
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use super::{address::Address, problem};
use crate::{
    failure::{Failure, Kind},
    texts::{Language, Text},
};

/// An answer is never larger: an export of ten thousand keys has a few MiB.
const LARGEST_ANSWER: u64 = 512 * 1024 * 1024;

/// The connection to one server.
pub struct Transport {
    agent: Agent,
    address: Address,
    language: Language,
}

/// What was answered.
pub struct Answer {
    /// Its body.
    pub body: Vec<u8>,
    /// How many keys the server could not put into it.
    pub left_out: u64,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`…
    pub method: &'a str,
    /// From `/api` on, with its query.
    pub path: String,
    /// What is sent, with its type.
    pub body: Option<(&'a str, &'a [u8])>,
}

impl Transport {
    /// A connection that is opened with the first request.
    pub fn new(address: Address, language: Language) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(Duration::from_mins(2)))
            .user_agent(concat!("vk/", env!("CARGO_PKG_VERSION")));
        if address.is_tls() {
            config = config.tls_config(tls());
        } else {
            // whoever runs the proxy would read the credential
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), address, language }
    }

    /// Sends a request; an answer that is no refusal.
    pub fn send(&self, request: &Request, bearer: Option<&str>) -> Result<Answer, Failure> {
        let mut made = http::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", self.address.text(), request.path))
            .header("Accept", "application/json")
            .header("Accept-Language", self.language.tag());
        if let Some(bearer) = bearer {
            made = made.header("Authorization", format!("Bearer {bearer}"));
        }
        let answer = match request.body {
            Some((kind, bytes)) => {
                made.header("Content-Type", kind).body(bytes).map_err(Error::from).and_then(|made| self.agent.run(made))
            }
            None => made.body(()).map_err(Error::from).and_then(|made| self.agent.run(made)),
        };
        self.read(answer.map_err(|error| self.failure(&error))?)
    }

    fn read(&self, mut answer: Response<ureq::Body>) -> Result<Answer, Failure> {
        let status = answer.status();
        if status.is_redirection() {
            let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
            return Err(Failure::new(Kind::Away, Text::Redirected).with(self.address.text()).with(to));
        }
        let left_out = answer.headers().get("x-vault-left-out").and_then(|count| count.to_str().ok());
        let left_out = left_out.and_then(|count| count.parse().ok()).unwrap_or(0);
        let body = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec();
        let body = body.map_err(|error| self.failure(&error))?;
        if status.is_success() {
            Ok(Answer { body, left_out })
        } else {
            Err(problem::failure(status.as_u16(), &body, &self.address))
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        let (text, is_unreachable) = match error {
            Error::Timeout(_) => (Text::TooSlow, true),
            Error::HostNotFound => (Text::NoSuchHost, true),
            Error::Io(cause) if cause.kind() == std::io::ErrorKind::TimedOut => (Text::TooSlow, true),
            // what rustls refuses comes as an error of the connection
            Error::Io(cause)
                if cause.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) =>
            {
                (Text::BadTls, false)
            }
            Error::Io(_) | Error::ConnectionFailed => (Text::Unreachable, true),
            Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => (Text::BadTls, false),
            _ => (Text::Unreachable, false),
        };
        let mut failure = Failure::new(Kind::Away, text).with(self.address.text()).with(error);
        failure.is_unreachable = is_unreachable;
        failure
    }
}

/// The system's certificates are read here and not earlier: plain HTTP to this machine needs none.
fn tls() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs().certs;
    let certificates: Vec<_> = found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}
