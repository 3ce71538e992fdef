//! `serve --stripe=simulated`: Stripe's own library drives it, a restart keeps what was sold, and production refuses it.

use crate::{
    simulated_stripe::events::run_contract,
    support::{Engine, Server, Vault},
};

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
fn a_state_that_can_not_be_read_is_said_and_left_alone() {
    let vault = Vault::new(Engine::Sqlite);
    let file = vault.data().join("simulated-stripe.json");
    std::fs::create_dir_all(vault.data()).unwrap();
    std::fs::write(&file, "{ half").unwrap();

    let done = vault.run(&["serve", "--port", "0", "--stripe=simulated"]).expect(1);

    assert!(done.errors.contains("simulated-stripe.json") && done.errors.contains("move it away"), "{}", done.errors);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ half");
}
