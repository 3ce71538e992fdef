//! `/admin`: who may look, who may change, and that refusals are shown in place.

use vault_api::{
    models::{email::Email, user::Role},
    services::administration,
};

use super::billing::subscribe;
use crate::support::{Actor, Person, StandIn, TestApp};

/// Somebody with this role, at the API and in the console.
async fn with_role<'a>(app: &'a TestApp, name: &str, role: Role) -> (Actor<'a>, Person<'a>) {
    let actor = app.member(name).await;
    let email = Email::parse(&actor.email).expect("an address");
    administration::set_role(&app.operator(), &email, role).await.expect("the role is set");
    let mut person = Person::new(app);
    person.sign_in(&actor.email, &actor.password).await;
    (actor, person)
}

fn path_of(actor: &Actor<'_>) -> String {
    format!("/admin/accounts/{}", actor.id)
}

on_both! {
    async fn every_page_and_act_is_for_whom_its_service_says(app: TestApp) {
        let subject = app.member("subject").await;
        let (_, mut user) = with_role(&app, "user", Role::User).await;
        let (_, mut support) = with_role(&app, "support", Role::Support).await;
        let (_, mut admin) = with_role(&app, "admin", Role::Admin).await;
        let account = path_of(&subject);
        let pages = ["/admin".to_owned(), "/admin?q=a".into(), "/admin/audit".into(), "/admin/audit?since=nonsense".into(), account.clone(), format!("{account}/disable")];
        let acts = [account.clone(), format!("{account}/access"), format!("{account}/end-sessions"), format!("{account}/recovery")];

        for page in &pages {
            let is_fault = page.contains("nonsense");
            let support_sees = if page.ends_with("/disable") { 403 } else if is_fault { 422 } else { 200 };
            for (person, expected) in [(&mut user, 403), (&mut support, support_sees), (&mut admin, if is_fault { 422 } else { 200 })] {
                person.send("GET", page, None).await;
                assert_eq!(person.page.status, expected, "{page}: {}", person.page.text());
            }
            let mut visitor = Person::new(&app);
            visitor.send("GET", page, None).await;
            assert!(visitor.page.status == 303 && visitor.page.header("location").starts_with("/sign-in?next="), "{page}");
        }
        for act in &acts {
            for (person, expected) in [(&mut user, 403), (&mut support, 403), (&mut admin, 303)] {
                let mut form = person.open("/settings").await.filled("/settings/name", &[("disabled", "false")]);
                form.fields.retain(|(name, _)| name != "name");
                form.action = act.clone();
                person.post(&form).await;
                assert_eq!(person.page.status, expected, "{act}: {}", person.page.text());
            }
            let mut visitor = Person::new(&app);
            visitor.send("POST", act, Some("disabled=true&role=admin".into())).await;
            assert_eq!(visitor.page.status, 401, "{act}");
        }
        assert_eq!(app.sql(r#"select count(*) from auth."user" where "disabledAt" is not null"#).await, "0");
    }

    async fn support_reads_and_has_no_button(app: TestApp) {
        let subject = app.member("subject").await;
        let (_, mut support) = with_role(&app, "support", Role::Support).await;
        let (_, mut user) = with_role(&app, "user", Role::User).await;

        support.open("/admin").await.sees("subject@example.com").sees("Database: up").sees("Schema: up to date").sees("Open sessions").sees("Mails waiting");
        support.open(&path_of(&subject)).await.sees("Your role reads accounts").sees("Its activity");
        assert!(support.forms().iter().all(|form| form.action == "/sign-out"), "{:?}", support.forms());
        support.sees("href=\"/admin\"");
        user.open("/settings").await.sees_no("href=\"/admin\"");
    }

    async fn an_administrator_changes_role_plan_and_access_and_the_owner_feels_it_at_once(app: TestApp) {
        let subject = app.member("subject").await;
        let mut owner = Person::new(&app);
        owner.sign_in(&subject.email, &subject.password).await;
        let (_, mut admin) = with_role(&app, "admin", Role::Admin).await;
        let account = path_of(&subject);

        admin.open("/admin").await.open(&account).await;
        admin.submit(&account, &[("role", "support"), ("plan", "PRO")]).await;
        assert_eq!(admin.path, format!("{account}?notice=account-changed"));
        admin.sees("The account is changed");
        assert_eq!(owner.open("/admin").await.page.status, 200);
        assert_eq!(subject.get("/api/auth/me").await.expect(200).json()["plan"], "PRO");

        admin.submit(&format!("{account}/end-sessions"), &[]).await.sees("All sessions of the account have ended");
        assert!(owner.open("/admin").await.path.starts_with("/sign-in"));
        admin.submit(&format!("{account}/recovery"), &[]).await.sees("A recovery mail is on its way");
        let access = format!("{account}/access");
        admin.sees_no("name=\"disabled\"").sees(&format!("href=\"{account}/disable\""));
        admin.open(&format!("{account}/disable")).await.sees("Disable subject@example.com?").sees("Its tokens open nothing").sees("Its owner is told by mail").sees_no("Stripe");
        admin.submit(&access, &[]).await.sees("The account is disabled").sees("Enable the account").sees_no("End its sessions");
        assert_eq!(admin.open(&format!("{account}/disable")).await.path, account, "there is nothing to disable");
        owner.sign_in(&subject.email, &subject.password).await;
        assert_eq!(owner.page.status, 401);
        admin.submit(&access, &[]).await.sees("may sign in again");
        owner.sign_in(&subject.email, &subject.password).await;
        assert!(owner.cookies.contains_key("vault_session"));
    }

    async fn a_change_asks_for_the_password_when_the_sign_in_is_old_and_goes_on(app: TestApp) {
        let subject = app.member("subject").await;
        let (_, mut admin) = with_role(&app, "admin", Role::Admin).await;
        let account = path_of(&subject);
        app.clock.advance(chrono::TimeDelta::minutes(20));

        admin.open(&account).await.submit(&account, &[("role", "admin"), ("plan", "PRO")]).await;
        admin.sees("Confirm that it is you").sees("<dt>role</dt><dd>admin</dd>");
        assert_eq!(app.sql("select role from auth.\"user\" where email = 'subject@example.com'").await, "user");
        admin.submit(&account, &[("confirm_password", "not this one at all")]).await;
        assert_eq!(admin.page.status, 403);
        admin.submit(&account, &[("confirm_password", &subject.password)]).await;

        assert_eq!(admin.path, format!("{account}?notice=account-changed"));
        assert_eq!(app.sql("select role from auth.\"user\" where email = 'subject@example.com'").await, "admin");
        app.clock.advance(chrono::TimeDelta::minutes(20));
        let access = format!("{account}/access");
        admin.open(&format!("{account}/disable")).await.submit(&access, &[]).await.sees("Confirm that it is you");
        admin.submit(&access, &[("confirm_password", &subject.password)]).await.sees("The account is disabled");
    }

    async fn an_account_that_pays_is_not_offered_free_and_stripe_goes_on_charging_when_it_is_disabled(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let subject = app.member("subject").await;
        let mut owner = Person::new(&app);
        owner.sign_in(&subject.email, &subject.password).await;
        let (_, mut admin) = with_role(&app, "admin", Role::Admin).await;
        let account = path_of(&subject);
        admin.open(&account).await.sees("<option value=\"FREE\"").sees_no("aria-describedby=\"h-plan\"");
        subscribe(&stand_in, &app, &mut owner).await;

        admin.open(&account).await.sees_no("<option value=\"FREE\"").sees("FREE can not be chosen").sees("aria-describedby=\"h-plan\"").sees("renews on").sees_no("Stripe goes on charging");
        admin.submit(&account, &[("role", "support")]).await.sees("The account is changed");
        admin.open(&format!("{account}/disable")).await.sees("Stripe goes on charging").sees("find it in Stripe’s dashboard");
        admin.submit(&format!("{account}/access"), &[]).await.sees("The account is disabled").sees("Stripe goes on charging");

        for (status, ends, told) in [
            ("active", true, "it is not renewed"),
            ("unpaid", false, "whose payment is missing"),
            ("canceled", false, ""),
        ] {
            app.sql(&format!("update auth.billing_accounts set \"subscriptionStatus\" = '{status}', \"cancelAtPeriodEnd\" = {ends}")).await;
            admin.open(&account).await.sees(told).sees_no("Stripe goes on charging");
        }
        // an account that was given PRO may be taken it
        app.sql("update auth.billing_accounts set \"subscriptionStatus\" = 'active'").await;
        app.sql("update auth.\"user\" set \"planGranted\" = true where email = 'subject@example.com'").await;
        admin.open(&account).await.sees("<option value=\"FREE\"").sees("PRO was given by an administrator");
    }

    async fn the_last_administrator_is_refused_in_place(app: TestApp) {
        let (actor, mut admin) = with_role(&app, "admin", Role::Admin).await;
        let account = path_of(&actor);

        admin.open(&account).await.sees("This is your own account");
        admin.submit(&account, &[("role", "user")]).await;
        assert_eq!(admin.page.status, 409);
        admin.sees("role=\"alert\"").sees("admin@example.com");
        admin.open(&format!("{account}/disable")).await.sees("This is your own account");
        admin.submit(&format!("{account}/access"), &[]).await;
        assert_eq!(admin.page.status, 409);
        assert_eq!(admin.submit(&account, &[("role", "emperor")]).await.page.status, 422);

        let (_, _other) = with_role(&app, "other", Role::Admin).await;
        admin.open(&account).await.submit(&account, &[("role", "user")]).await;
        assert!(admin.path.starts_with("/dashboard"), "{}", admin.path);
        assert_eq!(admin.open("/admin").await.page.status, 403);
    }

    async fn accounts_are_found_by_a_part_in_pages_and_hostile_names_are_text(app: TestApp) {
        let (_, mut admin) = with_role(&app, "admin", Role::Admin).await;
        for name in ["member1", "member2", "member3"] {
            app.member(name).await;
        }
        let alice = app.member("alice").await;
        alice.patch("/api/auth/me", serde_json::json!({ "name": "<img src=x onerror=alert(1)>" })).await.expect(200);

        admin.open("/admin?q=MEMBER1").await.sees("member1@example.com").sees_no("member2@example.com").sees("value=\"MEMBER1\"");
        admin.open("/admin?q=onerror").await.sees("alice@example.com");
        assert!(!admin.page.text().contains("<img src=x"));
        admin.open("/admin?q=nobody-at-all").await.sees("No account has that");
        assert_eq!(admin.open("/admin?cursor=nonsense").await.page.status, 422);
        assert_eq!(admin.open("/admin/accounts/00000000-0000-7000-8000-000000000000").await.page.status, 404);
        assert_eq!(admin.open("/admin/accounts/nonsense").await.page.status, 404);
    }

    async fn the_whole_trail_is_filtered_and_goes_on(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, mut admin) = with_role(&app, "admin", Role::Admin).await;
        for number in 0..60 {
            alice.patch("/api/auth/me", serde_json::json!({ "name": format!("A{number}") })).await.expect(200);
        }

        admin.open(&format!("/admin/audit?user_id={}&action=account.updated&since=2020-01-01", alice.id)).await;
        assert_eq!(admin.page.text().matches("<span>The account was changed").count(), 50);
        let older = admin.page.text().split("class=\"pager\"").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        admin.open(&crate::support::unescape(&older)).await;
        assert_eq!(admin.page.text().matches("<span>The account was changed").count(), 10);
        admin.sees("Newest").sees("value=\"2020-01-01\"").sees(&format!("href=\"/admin/audit?user_id={}&action=account.updated&since=2020-01-01\"", alice.id));

        admin.open("/admin/audit?since=2020-02-02&until=2020-02-01").await.sees("comes before the other one");
        admin.open("/admin/audit?until=2020-01-01").await.sees("No entry fits");
        admin.open("/admin/audit?user_id=nonsense").await.sees("id=\"e-user_id\"");
        assert_eq!(admin.page.status, 422);
        admin.open("/admin/audit?action=account.role_changed").await.sees("The role was changed").sees("account.role_changed").sees(">admin<");
        let key = alice.store("Her own word", "value").await;
        admin.open("/admin/audit?lang=fr").await.sees("Une clé a été créée").sees("optgroup label=\"Clés\"").sees_no("Her own word").sees_no(&format!("/keys/{}", key["id"].as_str().unwrap()));
        admin.open("/admin").await.sees("Dernière connexion").sees_no("Vu le");
        admin.open(&path_of(&alice)).await.sees("<dt>Langue</dt><dd>anglais</dd>");
    }

    async fn the_whole_trail_names_accounts_by_their_addresses(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (root, mut admin) = with_role(&app, "admin", Role::Admin).await;
        admin.open(&path_of(&alice)).await.submit(&path_of(&alice), &[("plan", "PRO")]).await;
        let link = |actor: &Actor<'_>| format!("<a href=\"{}\" title=\"{}\">{}</a>", path_of(actor), actor.id, actor.email);

        admin.open("/admin/audit?user_id=%20Alice@example.com&action=account.plan_changed").await;
        admin.sees(&link(&alice)).sees(&format!("by {}", link(&root))).sees("value=\" Alice@example.com\"").sees_no(&bob.email);
        admin.open("/admin/audit?actor_id=admin@example.com&lang=fr").await.sees("La formule a été changée").sees(&format!("par {}", link(&root)));
        // a filter by the identifier says whose it is
        admin.open(&format!("/admin/audit?user_id={}&lang=en", alice.id)).await.sees("id=\"h-user_id\">alice@example.com<");

        let tail = bob.id.rsplit('-').next().unwrap();
        bob.call("DELETE", "/api/auth/me", Some(serde_json::json!({ "password": bob.password }))).await.expect(204);
        admin.open("/admin/audit?user_id=bob@example.com&actor_id=nobody@example.com").await.sees("No account has this address now").sees("id=\"e-user_id\"").sees("id=\"e-actor_id\"");
        assert_eq!(admin.page.status, 422);
        admin.open(&format!("/admin/audit?user_id={}", bob.id)).await.sees("The account was deleted");
        admin.sees(&format!("<a class=\"mono\" href=\"/admin/audit?user_id={0}\" title=\"{0}\">{tail}</a> <span class=\"badge\">deleted</span>", bob.id));
        admin.sees_no("href=\"/admin/accounts/");
    }
}
