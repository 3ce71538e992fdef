//! A mailbox that keeps what was delivered; it can be told to refuse.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use vault_api::core::mailer::{Attempt, Mail, Mailer, Undelivered};

/// Where the mails of a test go.
#[derive(Default)]
pub struct Mailbox {
    mails: Mutex<Vec<Mail>>,
    refuses: AtomicBool,
}

impl Mailbox {
    /// All mails to this address, oldest first, but the verification mails that each registration causes.
    pub fn to(&self, address: &str) -> Vec<Mail> {
        self.all().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// All mails but verification mails.
    pub fn all(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().iter().filter(|mail| !is_verification(mail)).cloned().collect()
    }

    /// All verification mails to this address, oldest first.
    pub fn verifications(&self, address: &str) -> Vec<Mail> {
        let mails = self.mails.lock().unwrap();
        mails.iter().filter(|mail| mail.to == address && is_verification(mail)).cloned().collect()
    }

    /// From now on every delivery fails, or works again.
    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }
}

fn is_verification(mail: &Mail) -> bool {
    mail.body.contains("/verify?token=")
}

impl Mailer for Mailbox {
    fn deliver<'a>(&'a self, mail: &'a Mail) -> Attempt<'a> {
        Box::pin(async move {
            if self.refuses.load(Ordering::SeqCst) {
                return Err(Undelivered::for_now("the test's mail server refuses"));
            }
            self.mails.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }

    fn way(&self) -> String {
        "the test's mailbox".into()
    }
}
