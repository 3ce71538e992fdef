//! `audit verify`: was the trail tampered with?

use super::{End, arguments::AuditAct, setup};
use crate::{core::configuration::Configuration, jobs, services::audit};

pub(super) async fn run(configuration: Configuration, act: AuditAct) -> End {
    let AuditAct::Verify = act;
    let app = match setup::ready(configuration).await {
        Ok(app) => app,
        Err(end) => return end,
    };
    let found = audit::verify(&jobs::context(&app, "audit")).await;
    app.db.close().await;
    match found {
        Ok(found) if found.faults.is_empty() => {
            say!("{} entries in {} chains are as they were written.", found.entries, found.chains);
            End::Done
        }
        Ok(found) => End::NotDone(format!("the trail was tampered with:\n{}", found.faults.join("\n"))),
        Err(error) => End::NotDone(error.to_string()),
    }
}
