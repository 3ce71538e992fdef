//! Background work: each job is a service call on a timer or a queue, and ends with the server.

mod audit_writer;
mod billing;
mod mail;
mod reminders;
mod upkeep;
mod usage;

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle};

use crate::{
    core::{
        app::App,
        client::Client,
        context::{Actor, Context},
        queue::Batches,
    },
    models::audit::NewEntry,
};

/// How long a job may take to end.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long writing down the last uses of keys may take.
const PATIENCE_FOR_USAGE: Duration = Duration::from_secs(15);

/// Tells the jobs when to end.
pub type Stop = watch::Receiver<bool>;

/// The jobs that run.
pub struct Running {
    mail: JoinHandle<()>,
    upkeep: JoinHandle<()>,
    usage: JoinHandle<()>,
    reminders: JoinHandle<()>,
    billing: JoinHandle<()>,
    /// Requests under way still need it.
    audit_writer: JoinHandle<()>,
    app: App,
}

/// Starts all jobs.
#[must_use]
pub fn start(app: &App, batches: Batches<NewEntry>, stop: &Stop) -> Running {
    Running {
        mail: tokio::spawn(mail::run(app.clone(), stop.clone())),
        upkeep: tokio::spawn(upkeep::run(app.clone(), stop.clone())),
        usage: tokio::spawn(usage::run(app.clone(), stop.clone())),
        reminders: tokio::spawn(reminders::run(app.clone(), stop.clone())),
        billing: tokio::spawn(billing::run(app.clone(), stop.clone())),
        audit_writer: tokio::spawn(audit_writer::run(app.clone(), batches)),
        app: app.clone(),
    }
}

impl Running {
    /// Returns when a job ended that nobody told to: its name.
    pub async fn ended(&mut self) -> &'static str {
        tokio::select! {
            _ = &mut self.mail => "mail",
            _ = &mut self.upkeep => "upkeep",
            _ = &mut self.usage => "usage",
            _ = &mut self.reminders => "reminders",
            _ = &mut self.billing => "billing",
            _ = &mut self.audit_writer => "audit",
        }
    }

    /// Waits for the jobs to end, once they were told to stop and no request is under way.
    pub async fn finish(self) {
        for mut job in [self.mail, self.upkeep, self.usage, self.reminders, self.billing] {
            if !job.is_finished() && tokio::time::timeout(PATIENCE, &mut job).await.is_err() {
                job.abort();
            }
        }
        if tokio::time::timeout(PATIENCE_FOR_USAGE, usage::finish(&self.app)).await.is_err() {
            tracing::error!("the last uses of keys could not be written down in time; they are lost");
        }
        self.audit_writer.abort();
    }
}

/// The context of an act of the server itself.
#[must_use]
pub fn context(app: &App, job: &str) -> Context {
    let client = Client::command_line(format!("job-{job}"));
    Context::new(app.clone(), Client { user_agent: "vault-api".into(), ..client }, Actor::Operator)
}

async fn stopped(stop: &mut Stop) {
    // an error means that the server is gone, which is the same
    let _ = stop.wait_for(|stop| *stop).await;
}
