//! `serve`: runs the server until it is told to stop.

use std::{io, time::Duration};

use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use super::{
    End,
    arguments::{ServeOptions, StripeWay},
    setup, simulation,
};
use crate::{
    core::{
        app::App,
        configuration::{BillingWay, Configuration, MailWay, Stage},
        telemetry,
    },
    jobs,
    routes::{self, Web},
    services::start::{self, NotReady},
};

/// How long the server waits for the database before it listens without it.
const PATIENCE: Duration = Duration::from_secs(2);
const RETRY_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn run(mut configuration: Configuration, options: ServeOptions) -> End {
    let is_simulated = options.stripe == Some(StripeWay::Simulated);
    if is_simulated && let Some(fault) = simulation::refusal(&configuration) {
        return End::BadConfiguration(vec![fault.into()]);
    }
    if let Some(host) = options.host {
        configuration.host = host;
    }
    if let Some(port) = options.port {
        configuration.port = port;
    }
    let (host, port) = (configuration.host.clone(), configuration.port);
    // the port is taken first: a second server must not touch the database's schema
    let listener = match TcpListener::bind((host.as_str(), port)).await {
        Ok(listener) => listener,
        Err(error) => return End::BadConfiguration(vec![cannot_listen(&host, port, &error)]),
    };
    let socket = match listener.local_addr() {
        Ok(socket) => socket,
        Err(error) => return End::NotDone(error.to_string()),
    };
    let address = format!("http://{socket}");
    let base_url = configuration.web_base_url.clone().unwrap_or_else(|| address.clone());
    let mut stand_in = None;
    if is_simulated {
        match simulation::set_up(&mut configuration, socket, &base_url) {
            Ok(made) => stand_in = Some(made),
            Err(sentence) => return End::NotDone(sentence),
        }
    }
    advise(&configuration);
    let (app, batches) = match setup::assemble(configuration, base_url).await {
        Ok(assembled) => assembled,
        Err(error) => return End::BadConfiguration(vec![format!("DATABASE_URL: {error}")]),
    };
    match first_attempt(&app).await {
        Ok(()) => {}
        Err(NotReady::Away(error)) => tracing::warn!(%error, "the database is away; answering 503 until it is back"),
        Err(refused) => return setup::explain(refused),
    }
    let lanes = match routes::Lanes::start() {
        Ok(lanes) => lanes,
        Err(error) => {
            return End::NotDone(format!(
                "the threads that serve connections can not start: {error}; let this user have more threads and open files"
            ));
        }
    };
    let (stop, stopping) = watch::channel(false);
    let mut jobs = jobs::start(&app, batches, &stopping);
    let web = Web {
        app: app.clone(),
        metrics: telemetry::start_metrics().ok(),
        stopping: stopping.clone(),
        simulated_stripe: stand_in.clone(),
    };
    let counters = web.metrics.clone();
    let serving = tokio::spawn(routes::serve(listener, lanes, routes::build(web), stopping.clone()));
    if let Some(stand_in) = stand_in {
        tokio::spawn(stand_in.deliver(stopping.clone()));
    }
    // heard from before anybody is told that we are ready: who reads that may tell us to stop
    let mut signals = Signals::hear();
    say!("Vault API is ready at {address} (documentation: {address}/docs)");
    let end = tokio::select! {
        () = signals.told_to_stop() => End::Done,
        end = keep_preparing(&app) => end,
        // without it the server would look healthy and lose mails or refuse reveals: better to be started anew
        job = jobs.ended() => End::NotDone(format!("the background job `{job}` ended; start the server again and report what the log says")),
        () = keep_counters(counters) => End::Done,
    };
    tracing::info!("stopping: what is under way is finished first");
    let _ = stop.send(true);
    tokio::select! {
        _ = serving => {}
        () = signals.told_to_stop() => tracing::warn!("told twice: stopping at once"),
    }
    jobs.finish().await;
    app.db.close().await;
    end
}

fn cannot_listen(host: &str, port: u16, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("PORT: {host}:{port} is taken by another program; stop it, or choose another port with --port")
        }
        io::ErrorKind::PermissionDenied => {
            format!("PORT: this user may not listen on port {port}; choose one above 1023")
        }
        _ => format!("HOST: can not listen on {host}:{port}: {error}"),
    }
}

/// Says what an operator should think of.
fn advise(configuration: &Configuration) {
    if configuration.stage == Stage::Production {
        if configuration.web_base_url.is_none() {
            tracing::warn!("WEB_BASE_URL is not set: links in mails will point at the address that we listen on");
        }
        if configuration.trusted_proxies.is_empty() && configuration.host != "127.0.0.1" {
            tracing::warn!(
                "TRUSTED_PROXIES is not set: put a proxy that ends TLS before this server, and name it there"
            );
        }
        if matches!(configuration.mail_way, MailWay::None) {
            tracing::warn!(
                "SMTP_URL and SENDGRID_API_KEY are not set: mails wait in the outbox, and are given up after a day"
            );
        } else if configuration.mail_from.contains("@localhost") {
            tracing::warn!("MAIL_FROM is not set: most mail servers refuse a sender at localhost");
        }
    }
    advise_on_billing(configuration);
}

/// Says what billing lacks.
fn advise_on_billing(configuration: &Configuration) {
    let BillingWay::Stripe(settings) = &configuration.billing else { return };
    for lack in settings.lacks() {
        tracing::warn!("{} is not set: {}", lack.variable, lack.consequence);
    }
    if settings.is_live && configuration.stage == Stage::Development {
        tracing::warn!("STRIPE_SECRET_KEY is a live key in development: what is bought here costs real money");
    }
    if !settings.is_live && configuration.stage == Stage::Production {
        tracing::warn!("STRIPE_SECRET_KEY is a test key in production: PRO is given for money that does not exist");
    }
}

/// Tries to get ready before listening, but not for long.
async fn first_attempt(app: &App) -> Result<(), NotReady> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match start::prepare(&jobs::context(app, "start")).await {
            Err(NotReady::Away(_)) if tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            other => return other,
        }
    }
}

/// Gets ready as soon as the database is back; returns only where the operator has to mend something.
async fn keep_preparing(app: &App) -> End {
    while !app.is_prepared() {
        tokio::time::sleep(RETRY_EVERY).await;
        match start::prepare(&jobs::context(app, "start")).await {
            Ok(()) => tracing::info!("the database is back"),
            Err(NotReady::Away(error)) => tracing::debug!(%error, "the database is still away"),
            Err(refused) => return setup::explain(refused),
        }
    }
    std::future::pending().await
}

/// Folds the counters' samples from time to time, or they would pile up when nobody asks for them.
async fn keep_counters(counters: Option<metrics_exporter_prometheus::PrometheusHandle>) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        if let Some(counters) = &counters {
            counters.run_upkeep();
        }
    }
}

/// The signals that end the server; `None` where they can not be heard.
struct Signals(Option<(Signal, Signal)>);

impl Signals {
    /// From now on SIGTERM and SIGINT do not end the program by themselves.
    fn hear() -> Self {
        let heard = signal(SignalKind::terminate()).and_then(|end| Ok((end, signal(SignalKind::interrupt())?)));
        if let Err(error) = &heard {
            tracing::error!(%error, "signals can not be heard; only a kill will end this server");
        }
        Self(heard.ok())
    }

    /// Returns at the next of them.
    async fn told_to_stop(&mut self) {
        match &mut self.0 {
            Some((terminate, interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            None => std::future::pending().await,
        }
    }
}
