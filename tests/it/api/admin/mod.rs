//! `/api/admin`: who may what, and what an administrator's acts do.

mod accounts;
mod last_administrator;
mod matrix;
mod recovery;
mod trail;

use serde_json::{Value, json};
use vault_api::{
    models::{email::Email, user::Role},
    services::administration,
};

use crate::support::{Actor, Reply, TestApp};

/// Somebody with this role.
pub(in crate::api) async fn staff<'a>(app: &'a TestApp, name: &str, role: Role) -> Actor<'a> {
    let actor = app.member(name).await;
    let email = Email::parse(&actor.email).expect("an address");
    administration::set_role(&app.operator(), &email, role).await.expect("the role is set");
    actor
}

/// An administrator by the name of root.
async fn root(app: &TestApp) -> Actor<'_> {
    staff(app, "root", Role::Admin).await
}

fn path_of(actor: &Actor<'_>) -> String {
    format!("/api/admin/users/{}", actor.id)
}

/// Changes an account.
async fn change(admin: &Actor<'_>, subject: &Actor<'_>, changes: Value) -> Reply {
    admin.patch(&path_of(subject), changes).await
}

/// Disables an account.
async fn disable(admin: &Actor<'_>, subject: &Actor<'_>) {
    let answer = change(admin, subject, json!({ "disabled": true })).await.expect(200).json();
    assert!(answer["disabled_at"].is_string(), "{answer}");
}
