//! `mail test ADDRESS`: does a mail leave? Sent right away, past the outbox and without the database.

use super::{End, arguments::MailAct};
use crate::{
    core::{
        clock,
        configuration::{Configuration, MailWay},
        ids::Ids,
        language::Language,
        mailer::{self, Mail},
        texts::mails,
    },
    models::email::Email,
};

pub(super) async fn run(configuration: Configuration, act: MailAct) -> End {
    let MailAct::Test { address, language } = act;
    let Some(address) = Email::parse(&address) else {
        return End::NotDone("the address must be one, as you@example.com".into());
    };
    let mailer = mailer::of(&configuration);
    if !mailer.is_configured() {
        return End::NotDone("no mail server is configured; set SMTP_URL or SENDGRID_API_KEY".into());
    }
    let language = Language::from_tag(&language).unwrap_or_default();
    let link = configuration
        .web_base_url
        .clone()
        .unwrap_or_else(|| format!("http://{}:{}", configuration.host, configuration.port));
    let text = mails::test(language, &mailer.way(), &format!("{link}/"));
    let now = clock::system().now();
    let mail = Mail {
        from: configuration.mail_from.clone(),
        to: address.to_string(),
        subject: text.subject,
        body: text.plain,
        html: text.html,
        id: Ids::default().next(now).to_string(),
        date: now,
    };
    match mailer.deliver(&mail).await {
        Ok(()) => {
            say!("Accepted: a test mail from {} to {address}, by {}.", mail.from, mailer.way());
            say!("{}", next_look(&configuration));
            End::Done
        }
        Err(refused) => End::NotDone(format!("the mail was not sent: {refused}\n{}", advice(&configuration))),
    }
}

fn next_look(configuration: &Configuration) -> &'static str {
    match configuration.mail_way {
        MailWay::Folder => "It is a file in DATA_DIR/mail; while the server runs, /dev/mail shows it.",
        _ => "If it does not arrive, look into the folder for spam, and at the domain's SPF and DKIM records.",
    }
}

/// What to look at where a mail does not leave.
pub(super) fn advice(configuration: &Configuration) -> &'static str {
    match configuration.mail_way {
        MailWay::Smtp(_) => {
            "What to do: look at the host, the port (587 for smtp://, 465 for smtps://), the user and the password in \
             SMTP_URL; whether MAIL_FROM is a sender that this server accepts; and whether its certificate is one that \
             everybody trusts, or name your own authority with ?tls_ca=/path.pem."
        }
        MailWay::SendGrid(_) => {
            "What to do: look at SENDGRID_API_KEY (it needs the right to send mail), and whether MAIL_FROM is a sender \
             that is verified at SendGrid."
        }
        MailWay::Folder => "What to do: let this user write into DATA_DIR/mail.",
        MailWay::None => "What to do: set SMTP_URL or SENDGRID_API_KEY.",
    }
}
