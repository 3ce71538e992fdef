//! `serve --stripe=simulated`: Stripe's own library drives it, a restart keeps what was sold, and production refuses it.

use crate::{
    simulated_stripe::events::run_contract,
    support::{Engine, Server, Vault},
};

/// What a tunnel or proxy adds.
pub const PASSED_ON: [&str; 4] = [
    "X-Forwarded-For: 203.0.113.7",
    "X-Forwarded-For: 127.0.0.1",
    "Forwarded: for=127.0.0.1",
    "X-Forwarded-Host: my.tunnel.example",
];
const KEY: &str = "sk_test_simulated_vault_api";

fn simulated(vault: &Vault) -> Server {
    let settings: Vec<_> = vault.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Server::try_start_with(vault.folder.path(), &settings, &["--stripe=simulated"])
        .unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
}

fn api(server: &Server, method: &str, path: &str, form: &str) -> crate::support::Reply {
    let request = format!(
        "{method} /simulated-stripe{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\nStripe-Version: 2026-10-28.endive\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        server.address,
        form.len()
    );
    server.raw(request.as_bytes()).expect("an answer")
}

#[test]
fn stripes_own_library_understands_all_that_the_stand_in_says() {
    let vault = Vault::new(Engine::Sqlite);
    let server = simulated(&vault);

    run_contract(&["drive", &format!("http://{}/simulated-stripe", server.address), KEY]);

    assert!(server.log().contains("Stripe is simulated"), "{}", server.log());
}

#[test]
fn a_killed_server_still_knows_who_subscribed() {
    let vault = Vault::new(Engine::Sqlite);
    let server = simulated(&vault);
    let made = api(&server, "POST", "/v1/customers", "email=alice%40example.com").expect(200).json();
    let customer = made["id"].as_str().unwrap();
    let form = format!(
        "mode=subscription&customer={customer}&line_items[0][price]=price_simulated_pro&success_url=http%3A%2F%2F{}%2F",
        server.address
    );
    let session = api(&server, "POST", "/v1/checkout/sessions", &form).expect(200).json();
    let path = format!("/checkout/{}", session["id"].as_str().unwrap());
    api(&server, "POST", &path, "answer=pay").expect(303);
    server.signal("KILL");
    drop(server);

    let server = simulated(&vault);

    let found = api(&server, "GET", &format!("/v1/subscriptions?customer={customer}"), "").expect(200).json();
    assert_eq!(found["data"][0]["status"], "active", "{found}");
}

#[test]
fn the_stand_in_answers_to_nobody_from_afar_and_is_not_there_unasked() {
    let vault = Vault::new(Engine::Sqlite).with("TRUSTED_PROXIES", "127.0.0.0/8");
    let server = simulated(&vault);
    let ask = |head: &str| {
        let request = format!(
            "GET /simulated-stripe/v1/prices/price_simulated_pro HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\nStripe-Version: 2026-10-28.endive\r\n{head}\r\n\r\n"
        );
        server.raw(request.as_bytes()).expect("an answer").status
    };
    assert_eq!(ask("Host: 127.0.0.1"), 200);
    assert_eq!(ask("Host: localhost:8000"), 200);
    assert_eq!(ask("Host: evil.example.com"), 404);
    assert_eq!(ask("Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.7"), 404);
    assert_eq!(ask("Host: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.2"), 200);
    // trusted, and silent on who asks
    assert_eq!(ask("Host: 127.0.0.1\r\nForwarded: for=203.0.113.7"), 404);
    drop(server);

    // a tunnel on this machine brings people from anywhere
    let server = simulated(&Vault::new(Engine::Sqlite));
    for head in PASSED_ON {
        let request = format!(
            "GET /simulated-stripe/checkout/x HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n{head}\r\n\r\n"
        );
        let answer = server.raw(request.as_bytes()).expect("an answer");
        assert!(answer.status == 404 && !answer.text().contains("Simulation"), "{head}: {}", answer.text());
    }
    assert!(server.call("GET", "/simulated-stripe/checkout/x", None, None).text().contains("Simulation"));
    drop(server);

    let server = vault.start();
    api(&server, "GET", "/v1/prices/price_simulated_pro", "").expect(404);
    server.call("GET", "/simulated-stripe/checkout/x", None, None).expect(404);
}

#[test]
fn production_and_a_real_key_refuse_the_simulation_before_anything_listens() {
    let production = Vault::in_production(Engine::Sqlite);
    let done = production.run(&["serve", "--port", "0", "--stripe=simulated"]).expect(78);
    assert!(done.errors.contains("--stripe=simulated is for development alone"), "{}", done.errors);
    assert!(done.output.is_empty() && !production.data().join("vault.db").exists());

    let both = Vault::new(Engine::Sqlite).with("STRIPE_SECRET_KEY", "sk_test_MARKER0123456789");
    let done = both.run(&["serve", "--port", "0", "--stripe=simulated"]).expect(78);
    assert!(
        done.errors.contains("drop --stripe=simulated") && done.errors.contains("STRIPE_SECRET_KEY"),
        "{}",
        done.errors
    );
    assert!(!done.errors.contains("MARKER") && done.output.is_empty());

    Vault::new(Engine::Sqlite).run(&["serve", "--stripe=live"]).expect(2);
}

#[test]
fn a_server_that_others_reach_refuses_the_simulation() {
    for base in ["https://my.tunnel.example", "https://203.0.113.7", "https://localhost.example.com/vault"] {
        let vault = Vault::new(Engine::Sqlite).with("WEB_BASE_URL", base);
        let done = vault.run(&["serve", "--port", "0", "--stripe=simulated"]).expect(78);
        assert!(done.errors.contains("WEB_BASE_URL is an address that others reach"), "{base}: {}", done.errors);
        assert!(done.output.is_empty() && !vault.data().join("vault.db").exists(), "{base}");
    }
    for base in ["http://localhost:8000", "http://127.0.0.1:8000", "http://vault.localhost/app"] {
        simulated(&Vault::new(Engine::Sqlite).with("WEB_BASE_URL", base));
    }
}

#[test]
fn a_state_that_can_not_be_read_is_said_and_left_alone() {
    let vault = Vault::new(Engine::Sqlite);
    let file = vault.data().join("simulated-stripe.json");
    std::fs::create_dir_all(vault.data()).unwrap();
    std::fs::write(&file, "{ half").unwrap();

    let done = vault.run(&["serve", "--port", "0", "--stripe=simulated"]).expect(1);

    assert!(done.errors.contains("simulated-stripe.json") && done.errors.contains("move it away"), "{}", done.errors);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ half");
}
