//! `serve --stripe=simulated`: where it is refused, and how the stand-in and the client that speaks to it fit together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use crate::{
    core::{
        clock,
        configuration::{BillingWay, Configuration, Stage, StripeSettings},
        network::is_local_host,
        random,
        secret::SecretText,
    },
    routes::simulated_stripe::{KEY, Options, PRICE, SimulatedStripe, file_in},
};

/// Why there may be no simulation with this configuration.
pub(super) fn refusal(configuration: &Configuration) -> Option<&'static str> {
    if configuration.stage == Stage::Production {
        return Some(
            "--stripe=simulated is for development alone: with ENVIRONMENT=production anybody could take PRO without paying; drop it, and set STRIPE_SECRET_KEY",
        );
    }
    if matches!(configuration.billing, BillingWay::Stripe(_)) {
        return Some(
            "--stripe=simulated and STRIPE_SECRET_KEY are both given: drop --stripe=simulated to use Stripe, or take STRIPE_SECRET_KEY away to simulate it",
        );
    }
    let is_public = |base: &String| !Url::parse(base).is_ok_and(|url| url.host_str().is_some_and(is_local_host));
    configuration.web_base_url.as_ref().is_some_and(is_public).then_some(
        "WEB_BASE_URL is an address that others reach: with --stripe=simulated they could take PRO without paying; drop one of the two, or set WEB_BASE_URL to an address of this machine, as http://localhost:8000",
    )
}

/// The stand-in, with the configuration made to lead to it.
pub(super) fn set_up(
    configuration: &mut Configuration,
    socket: SocketAddr,
    base_url: &str,
) -> Result<SimulatedStripe, String> {
    let near = format!("http://{}", reachable(socket));
    let secret = random::base62(32).map_err(|error| error.to_string())?;
    let webhook_secret = SecretText::new(format!("whsec_simulated_{secret}"));
    configuration.simulate_stripe(StripeSettings {
        key: KEY.into(),
        webhook_secrets: vec![webhook_secret.clone()],
        prices: vec![PRICE.into()],
        base: format!("{near}/simulated-stripe"),
        is_live: false,
    });
    tracing::warn!("Stripe is simulated at {base_url}/simulated-stripe: no money moves, and anybody here can take PRO");
    SimulatedStripe::open(Options {
        base_url: base_url.to_owned(),
        webhook_url: Some(format!("{near}/api/billing/webhook")),
        webhook_secret,
        file: Some(file_in(&configuration.data_dir)),
        clock: clock::system(),
    })
}

/// Where this very machine reaches what listens there.
fn reachable(mut socket: SocketAddr) -> SocketAddr {
    match socket.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => socket.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => socket.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    socket
}
