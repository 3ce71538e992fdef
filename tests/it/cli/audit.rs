//! `audit verify`: nobody who writes to the database changes the trail unseen.

use crate::support::{Member, Vault, register};

/// Eight entries: an account, a session, three keys made and revealed.
fn with_a_trail(vault: &Vault) -> Member {
    let server = vault.start();
    let alice = register(&server, "alice");
    for number in 0..3 {
        let id = alice.store(&server, &format!("key {number}"), &format!("value {number} of a certain length"));
        alice.reveal(&server, &id);
    }
    alice
}

/// Tampers, and gives what the check says.
fn after(vault: &Vault, tampering: &str) -> String {
    with_a_trail(vault);
    let clean = vault.run(&["audit", "verify"]).expect(0);
    assert!(clean.output.contains("8 entries"), "{}", clean.output);
    vault.sql(tampering);
    let done = vault.run(&["audit", "verify"]).expect(1);
    assert!(done.output.is_empty(), "{}", done.output);
    done.errors
}

on_each_database! {
    fn an_untouched_trail_verifies_also_while_the_server_writes(vault: Vault) {
        let alice = with_a_trail(&vault);
        let server = vault.start();

        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for number in 0..40 {
                    alice.store(&server, &format!("more {number}"), &format!("another value {number} of a certain length"));
                }
            });
            for _ in 0..5 {
                vault.run(&["audit", "verify"]).expect(0);
            }
            writing.join().expect("a writer");
        });

        assert!(vault.run(&["audit", "verify"]).expect(0).output.contains("48 entries"));
    }

    fn a_changed_action_is_found_and_the_entry_named(vault: Vault) {
        let errors = after(&vault, "update auth.audit_trail set action = 'key.revoked' where seq = 5");
        assert!(errors.contains("place 5"), "{errors}");
    }

    fn a_changed_address_is_found(vault: Vault) {
        let errors = after(&vault, "update auth.audit_trail set ip = '203.0.113.9' where seq = 4");
        assert!(errors.contains("place 4"), "{errors}");
    }

    fn a_changed_time_is_found(vault: Vault) {
        let errors = after(&vault, "update auth.audit_trail set \"createdAt\" = '2020-01-01T00:00:00Z' where seq = 2");
        assert!(errors.contains("place 2"), "{errors}");
    }

    fn a_removed_entry_is_found(vault: Vault) {
        let errors = after(&vault, "delete from auth.audit_trail where seq = 3");
        assert!(errors.contains("place 3"), "{errors}");
    }

    fn a_cut_end_is_found(vault: Vault) {
        let errors = after(&vault, "delete from auth.audit_trail where seq > 6");
        assert!(errors.contains("after place 6 are gone"), "{errors}");
    }

    fn a_cut_end_with_its_recorded_head_moved_is_found(vault: Vault) {
        let errors = after(&vault, "delete from auth.audit_trail where seq > 6; update auth.audit_chains set seq = 6");
        assert!(errors.contains("does not fit"), "{errors}");
    }

    fn two_entries_that_changed_places_are_found(vault: Vault) {
        let errors = after(&vault, "update auth.audit_trail set seq = 99 where seq = 3; update auth.audit_trail set seq = 3 where seq = 4; update auth.audit_trail set seq = 4 where seq = 99");
        assert!(errors.contains("place 3"), "{errors}");
    }
}
