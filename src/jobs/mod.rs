//! Background work: each job is a service call on a timer or a queue, and ends with the server.

mod audit_writer;
mod mail;
mod upkeep;

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

/// Tells the jobs when to end.
pub type Stop = watch::Receiver<bool>;

/// The jobs that run.
pub struct Running {
    /// Those that end by themselves when told to stop.
    ending: Vec<JoinHandle<()>>,
    /// The one that requests under way still need.
    audit_writer: JoinHandle<()>,
}

/// Starts all jobs.
#[must_use]
pub fn start(app: &App, batches: Batches<NewEntry>, stop: &Stop) -> Running {
    Running {
        ending: vec![
            tokio::spawn(mail::run(app.clone(), stop.clone())),
            tokio::spawn(upkeep::run(app.clone(), stop.clone())),
        ],
        audit_writer: tokio::spawn(audit_writer::run(app.clone(), batches)),
    }
}

impl Running {
    /// Waits for the jobs to end, once they were told to stop and no request is under way.
    pub async fn finish(self) {
        for mut job in self.ending {
            if tokio::time::timeout(PATIENCE, &mut job).await.is_err() {
                job.abort();
            }
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
