//! Over SMTP: TLS verified, or none at all to a server close by; a connection for each mail.

use lettre::{
    Message,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Tls},
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{
    Attempt, CONNECT_TIME, Mail, Mailer, Undelivered, WHOLE_TIME,
    compose::{Form, compose},
};
use crate::core::configuration::SmtpSettings;

/// How long the last word may take, once the mail was accepted.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(1);

/// Delivers to one SMTP server.
pub struct SmtpMailer {
    settings: SmtpSettings,
}

impl SmtpMailer {
    /// Delivers to the server that the settings name.
    #[must_use]
    pub fn new(settings: SmtpSettings) -> Self {
        Self { settings }
    }

    /// A connection that is as safe as the settings say, signed in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Undelivered> {
        let SmtpSettings { host, port, tls, login } = &self.settings;
        let name = ClientId::default();
        let from_the_start = if let Tls::Wrapper(parameters) = tls { Some(parameters.clone()) } else { None };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(CONNECT_TIME),
            &name,
            from_the_start,
            None,
        )
        .await
        .map_err(|error| self.failed("connecting", &error))?;
        if let Tls::Required(parameters) = tls {
            if !connection.can_starttls() {
                return Err(Undelivered::for_now(format!("{} offers no STARTTLS; nothing was sent", self.way())));
            }
            connection.starttls(parameters.clone(), &name).await.map_err(|error| self.failed("STARTTLS", &error))?;
        }
        if let Some((user, password)) = login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| self.failed("AUTH", &error))?;
        }
        Ok(connection)
    }

    async fn send(&self, message: &Message) -> Result<AsyncSmtpConnection, Undelivered> {
        let mut connection = self.connect().await?;
        let (from, bytes) = (message.envelope().from().cloned(), message.formatted());
        // a sender that is refused is our configuration's fault: the mail may leave once it is mended
        connection.command(MailFrom::new(from, Vec::new())).await.map_err(|error| self.failed("MAIL FROM", &error))?;
        for to in message.envelope().to() {
            connection
                .command(Rcpt::new(to.clone(), Vec::new()))
                .await
                .map_err(|error| self.refused("RCPT TO", &error))?;
        }
        connection.command(Data).await.map_err(|error| self.refused("DATA", &error))?;
        connection.message(&bytes).await.map_err(|error| self.refused("the message", &error))?;
        Ok(connection)
    }

    fn failed(&self, step: &str, error: &lettre::transport::smtp::Error) -> Undelivered {
        let mut said = error.to_string();
        if let Some((_, password)) = &self.settings.login {
            said = said.replace(password.expose(), "…");
        }
        Undelivered::for_now(format!("{} at {step}: {said}", self.way()))
    }

    /// A 5xx is about this mail and stays so, except where it asks for a sign-in.
    fn refused(&self, step: &str, error: &lettre::transport::smtp::Error) -> Undelivered {
        let is_ours = error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
        Undelivered { is_final: error.is_permanent() && !is_ours, ..self.failed(step, error) }
    }
}

impl Mailer for SmtpMailer {
    fn deliver<'a>(&'a self, mail: &'a Mail) -> Attempt<'a> {
        Box::pin(async move {
            let message = compose(mail, Form::Encoded)?;
            let mut connection = timeout(WHOLE_TIME, self.send(&message)).await.map_err(|_| Undelivered::late())??;
            // accepted is accepted: what the server makes of the farewell changes nothing
            let _ = timeout(FAREWELL, connection.quit()).await;
            Ok(())
        })
    }

    fn check(&self) -> Attempt<'_> {
        Box::pin(async move {
            let mut connection = timeout(WHOLE_TIME, self.connect()).await.map_err(|_| Undelivered::late())??;
            let _ = timeout(FAREWELL, connection.quit()).await;
            Ok(())
        })
    }

    fn way(&self) -> String {
        let kind = match &self.settings.tls {
            Tls::None => "no TLS",
            Tls::Wrapper(_) => "TLS",
            Tls::Required(_) | Tls::Opportunistic(_) => "STARTTLS",
        };
        format!("{}:{} ({kind})", self.settings.host, self.settings.port)
    }
}
