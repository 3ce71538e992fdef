//! TLS on the way to the server, with a real nginx before it: who can not prove who it is gets nothing.

use std::path::Path;

use super::*;
use crate::{
    server::nginx::Nginx,
    support::{Engine, make_certificates},
};

/// nginx with this certificate before the server.
fn front(server: &Server, certificates: &Path, name: &str) -> Nginx {
    let http = format!(
        "server {{\nlisten 127.0.0.1:8080 ssl;\nssl_certificate {0}/{name}.crt;\nssl_certificate_key {0}/{name}.key;\nlocation / {{ proxy_pass http://127.0.0.1:8000; }}\n}}\n",
        certificates.display()
    );
    Nginx::start(&http, server, 9)
}

#[test]
fn the_server_must_prove_who_it_is_before_anything_is_sent() {
    let certificates = tempfile::tempdir().unwrap();
    make_certificates(certificates.path());
    let file = |name: &str| certificates.path().join(name).to_str().unwrap().to_owned();
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");
    alice.store(&server, "A", "a value of A");
    let machine = Machine::new(&server);
    let good = front(&server, certificates.path(), "server");
    let (own, other, missing) = (file("own.crt"), file("other.crt"), file("missing.crt"));
    let url = format!("https://127.0.0.1:{}", good.port);
    let with = |arguments: &[&str], url: &str, authority: &str| {
        let variables = [("VK_URL", url), ("VK_TOKEN", alice.token.as_str()), ("SSL_CERT_FILE", authority)];
        machine.run_with(arguments, &variables, "")
    };

    machine.run_with(&["login", "--url", &url, "--token"], &[("SSL_CERT_FILE", &own)], &alice.token).expect(0);
    with(&["get", "A"], &url, &own).expect(0);
    let printenv = ["run", "--", "printenv", "A"];
    assert_eq!(with(&printenv, &url, &own).expect(0).output, "a value of A\n");

    let stranger = front(&server, certificates.path(), "elsewhere");
    let for_another_name = format!("https://127.0.0.1:{}", stranger.port);
    for (url, authority) in [(&url, &other), (&for_another_name, &own), (&url, &missing)] {
        let refused = with(&["get", "A"], url, authority).expect(6);
        assert!(refused.errors.contains("could not prove who it is"), "{authority}: {}", refused.errors);
        assert!(
            refused.errors.contains("SSL_CERT_FILE") && !refused.errors.contains(&alice.token),
            "{}",
            refused.errors
        );
    }
    let unknown = machine.run_with(&["ls"], &[("VK_URL", &url), ("VK_TOKEN", &alice.token)], "").expect(6);
    assert!(unknown.errors.contains("could not prove who it is"), "{}", unknown.errors);
    let unproven = with(&printenv, &url, &other).expect(6);
    assert!(unproven.output.is_empty(), "values that were kept stood in for a server that could not prove itself");
    let plain = with(&["ls"], &format!("https://{}", server.address), &own).expect(6);
    assert!(plain.errors.contains("https://"), "{}", plain.errors);
}
