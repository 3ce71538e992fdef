//! For development alone: each mail becomes a file of its own and is shown in the log; `/dev/mail` reads them back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use uuid::Uuid;

use super::{
    Attempt, Mail, Mailer, Undelivered,
    compose::{Form, compose},
};
use crate::core::system;

const MOST_LISTED: usize = 200;

/// Writes each mail to a file.
pub struct FolderMailer {
    folder: PathBuf,
}

/// A mail that was written to a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptMail {
    /// Its identifier: the file's name.
    pub id: Uuid,
    /// To whom.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The moment, RFC 5322.
    pub date: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

impl FolderMailer {
    /// Mails go to `folder`, which is made when the first one comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn write(&self, mail: &Mail) -> Result<(), Undelivered> {
        let path = self.folder.join(format!("{}.eml", mail.id));
        let message = compose(mail, Form::Readable)?;
        system::write_private_file(&path, &message.formatted())
            .map_err(|error| Undelivered::for_now(format!("{} can not be written: {error}", path.display())))?;
        tracing::info!(to = %mail.to, file = %path.display(), "development mail: {}\n\n{}", mail.subject, mail.body);
        Ok(())
    }
}

impl Mailer for FolderMailer {
    fn deliver<'a>(&'a self, mail: &'a Mail) -> Attempt<'a> {
        Box::pin(std::future::ready(self.write(mail)))
    }

    fn way(&self) -> String {
        format!("files in {}", self.folder.display())
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.folder)
    }
}

impl KeptMail {
    /// The mails in this folder, newest first; their identifiers grow with time.
    #[must_use]
    pub fn list(folder: &Path) -> Vec<Self> {
        let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut ids: Vec<Uuid> = names
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
            .filter_map(|path| path.file_stem()?.to_str()?.parse().ok())
            .collect();
        ids.sort_unstable_by(|left, right| right.cmp(left));
        ids.into_iter().take(MOST_LISTED).filter_map(|id| Self::find(folder, id)).collect()
    }

    /// The mail with this identifier.
    #[must_use]
    pub fn find(folder: &Path, id: Uuid) -> Option<Self> {
        let text = fs::read_to_string(folder.join(format!("{id}.eml"))).ok()?;
        Some(Self { id, ..Self::read(&text.replace("\r\n", "\n"))? })
    }

    /// Reads a message that `compose` wrote in readable form; it need not understand others.
    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\n\n")?;
        let head = head.replace("\n ", " ");
        let field = |name: &str| {
            let found = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.map(decoded).unwrap_or_default()
        };
        let boundary = head.split_once("boundary=\"")?.1.split('"').next()?;
        let mark = format!("--{boundary}");
        let mut parts = body.split(mark.as_str()).skip(1);
        let mut next = || Some(parts.next()?.split_once("\n\n")?.1.trim_end().to_owned());
        Some(Self {
            id: Uuid::nil(),
            to: field("To"),
            subject: field("Subject"),
            date: field("Date"),
            text: next()?,
            html: next()?,
        })
    }
}

/// A header's value with its encoded words (RFC 2047, the base64 kind that lettre writes) as text.
fn decoded(value: &str) -> String {
    let mut out = String::new();
    let mut was_encoded = false;
    for word in value.split(' ') {
        let inner = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        let text = inner.and_then(|inner| String::from_utf8(STANDARD.decode(inner).ok()?).ok());
        // the blank between two encoded words is no part of the text
        if !out.is_empty() && !(was_encoded && text.is_some()) {
            out.push(' ');
        }
        was_encoded = text.is_some();
        out.push_str(text.as_deref().unwrap_or(word));
    }
    out
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mail = Mail {
            from: "Vault API <no-reply@localhost>".into(),
            to: "alice@example.com".into(),
            subject: "Votre clé « production » expire bientôt, dans trois jours, et voilà une longue ligne".into(),
            body: "Bonjour Élise,\n\nfin".into(),
            html: "<p>Élise</p>".into(),
            id: "01920000-0000-7000-8000-000000000001".into(),
            date: DateTime::UNIX_EPOCH,
        };

        FolderMailer::new(folder.path().to_owned()).write(&mail).expect("written");

        let found = KeptMail::list(folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].to.as_str(), found[0].subject.as_str()), (mail.to.as_str(), mail.subject.as_str()));
        assert_eq!((found[0].text.as_str(), found[0].html.as_str()), (mail.body.as_str(), mail.html.as_str()));
    }
}
