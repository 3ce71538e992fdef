//! Logs to stderr, and the counters that `/metrics` shows.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt};

use super::{
    configuration::LogFormat,
    database,
    error::{Error, Result},
};

/// Starts logging: `filter` as in `RUST_LOG`. A second call changes nothing.
pub fn start_logging(format: LogFormat, filter: &str) {
    let filter = format!("{},{filter}", database::QUIET);
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // a log that nobody reads any more must not end who writes it
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let _ = match format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// Starts counting; what was counted can be had from the handle as Prometheus text.
///
/// # Errors
/// `Internal` where counting was started before in this process.
pub fn start_metrics() -> Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0])
        .map_err(Error::internal)?;
    let handle = builder.install_recorder().map_err(Error::internal)?;
    metrics::describe_counter!("vault_http_requests_total", "Answered requests by method, route and status.");
    metrics::describe_histogram!(
        "vault_http_request_seconds",
        "Time from the request's head to the answer's, in seconds."
    );
    metrics::describe_counter!("vault_hashing_refused_total", "Password checks refused because the queue was full.");
    metrics::describe_counter!("vault_passwords_compared_total", "Passwords that were compared with a hash.");
    metrics::describe_counter!("vault_rate_limited_total", "Refusals by the limit that was reached.");
    metrics::describe_gauge!("vault_rate_limit_entries", "Counts of callers that this server keeps in memory.");
    metrics::describe_gauge!("vault_redis_up", "1 while Redis answers, 0 while each server counts alone.");
    metrics::describe_gauge!("vault_connections", "Open client connections.");
    metrics::describe_gauge!("vault_mail_outbox", "Mails that wait to be sent.");
    metrics::describe_gauge!("vault_mail_oldest_seconds", "For how long the oldest of them has waited.");
    metrics::describe_gauge!("vault_mail_given_up", "Mails that could not be sent and are kept to be seen.");
    metrics::describe_counter!("vault_mail_attempts_total", "Attempts to send a mail by kind and outcome.");
    metrics::describe_counter!("vault_key_uses_total", "Uses of keys: verified, verified_former, refused, revealed.");
    metrics::describe_counter!(
        "vault_key_uses_dropped_total",
        "Uses that were not counted because the memory was full."
    );
    metrics::describe_gauge!("vault_key_uses_waiting", "Rows of counts that wait to be written to the database.");
    Ok(handle)
}
