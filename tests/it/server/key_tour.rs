//! The life of keys for programs, with the real `vk`, the real server and the real nginx: a `.env` becomes the
//! environment of a program; a customer's key is made, let in, rotated, revoked, and its usage tells the story.

use super::nginx::{Nginx, documented, upstream};
use crate::{
    support::{Done, register},
    vk::{Machine, log_in_by_browser},
};

/// As such files are: comments, quotes, several lines, and one value twice.
const ENV: &str = r#"# shop, production
export DATABASE_URL="postgres://shop:s3cr3t-7f3a9c@db.internal:5432/shop?sslmode=require"
STRIPE_SECRET_KEY='sk_live_51Hq9ZkJ2eZvKYlo2C0aBcDeF' # payments
GREETING = "Bonjour, ça va ?"
CACHE_ENABLED=true
DEBUG_TOOLBAR=true

SIGNING_KEY="-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v
-----END PRIVATE KEY-----"
"#;

/// One line of `vk usage`'s sum: verified, by the former value, refused, shown.
fn sum(usage: &Done) -> Vec<String> {
    usage.output.lines().last().unwrap_or_default().split_whitespace().skip(1).map(String::from).collect()
}

on_each_database! {
    fn keys_for_programs_from_a_file_to_the_last_refusal(vault: Vault) {
        let vault = vault.with("TRUSTED_PROXIES", "127.0.0.1");
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);
        log_in_by_browser(&machine, &server, &alice);

        // a real .env: looked at, stored; the value that comes twice is told and left out
        std::fs::write(machine.home.path().join(".env"), ENV).unwrap();
        let refused = machine.run(&["import", ".env", "-e", "production", "--yes"]).expect(5);
        assert!(refused.output.contains("DEBUG_TOOLBAR") && refused.errors.contains("--skip-invalid"), "{}{}", refused.output, refused.errors);
        let imported = machine.run(&["import", ".env", "-e", "production", "--yes", "--skip-invalid"]).expect(0);
        assert!(imported.errors.contains("Stored 5 new keys") && imported.errors.contains("left out: 1"), "{}", imported.errors);

        // → a program has them in its environment
        let printed = machine.run(&["run", "-e", "production", "--", "printenv"]).expect(0);
        for line in ["DATABASE_URL=postgres://shop:s3cr3t-7f3a9c@db.internal:5432/shop?sslmode=require", "STRIPE_SECRET_KEY=sk_live_51Hq9ZkJ2eZvKYlo2C0aBcDeF", "GREETING=Bonjour, ça va ?", "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v"] {
            assert!(printed.output.lines().any(|printed| printed == line), "no {line}: {}", printed.output);
        }
        assert!(!format!("{}{}{}", imported.output, imported.errors, server.log()).contains("s3cr3t"));

        // → a key for a customer, and nginx lets it in
        let first = machine.run(&["generate", "customer-7", "--scope", "orders:read"]).expect(0).output.trim_end().to_owned();
        let account = machine.json(&["status"])["user"]["id"].as_str().unwrap().to_owned();
        let nginx = Nginx::start(&documented()[0].replace("ACCOUNT_ID", &account), &server, upstream());
        let let_in = |key: &str| nginx.status(&format!("X-Api-Key: {key}\r\n"));
        assert_eq!((let_in(&first), nginx.status("")), (200, 401));

        // → rotated with grace, both are good; `vk usage` tells that the former one is still used
        let second = machine.run(&["rotate", "customer-7", "--grace", "24h"]).expect(0).output.trim_end().to_owned();
        assert_eq!([let_in(&first), let_in(&second)], [200, 200]);
        let still_used = machine.run(&["usage", "customer-7"]).expect(0);
        assert!(still_used.errors.contains("former value was last used"), "{}", still_used.errors);
        assert_eq!(sum(&still_used), ["2", "1", "0", "0"], "{}", still_used.output);

        // → the grace ends, and the former one is refused
        machine.run(&["rotate", "customer-7", "--end-grace"]).expect(0);
        assert_eq!([let_in(&first), let_in(&second)], [401, 200]);

        // → revoked: refused from the next request on
        machine.run(&["revoke", "customer-7", "--yes"]).expect(0);
        assert_eq!([let_in(&second), let_in(&first)], [401, 401]);

        // → the usage tells the story, and the trail who did what
        let usage = machine.run(&["usage", "customer-7"]).expect(0);
        assert_eq!(sum(&usage), ["3", "1", "3", "0"], "{}", usage.output);
        let trail = machine.run(&["audit"]).expect(0).output;
        for act in ["key.revoked", "key.grace_ended", "key.rotated", "key.created", "keys.exported", "keys.imported"] {
            assert!(trail.contains(act), "no {act}: {trail}");
        }
        machine.run(&["logout"]).expect(0);
        drop(nginx);
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }
}
