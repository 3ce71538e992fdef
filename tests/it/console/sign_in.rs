//! Signing up, in and out.

use crate::support::{Person, TestApp};

on_both! {
    async fn somebody_registers_signs_in_and_out(app: TestApp) {
        let mut alice = Person::new(&app);
        let fields = [("name", "Alice"), ("email", "alice@example.com"), ("password", "une girafe en pyjama vert")];

        alice.open("/sign-up").await.submit("/sign-up", &fields).await;
        assert_eq!(alice.path, "/sign-in?notice=registered");
        alice.sees("Your account is ready");
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", "une girafe en pyjama vert")]).await;
        assert_eq!(alice.path, "/dashboard");
        assert!(alice.cookies.contains_key("vault_session"));

        alice.open("/").await.sees("Open the console");
    }

    async fn a_wrong_password_keeps_the_address_and_not_the_password(app: TestApp) {
        app.member("alice").await;
        let mut alice = Person::new(&app);

        let fields = [("email", "alice@example.com"), ("password", "trois loutres <et> un parapluie")];
        alice.open("/sign-in").await.submit("/sign-in", &fields).await;

        assert_eq!(alice.page.status, 401);
        assert!(alice.page.text().contains("value=\"alice@example.com\""));
        alice.sees_no("loutres");
    }
}
