//! `admin …`: the first administrator, and repairs.

use std::io::Read as _;

use super::{End, arguments::AdminAct, setup};
use crate::{
    core::{configuration::Configuration, error::Error, language::Language, secret::SecretText, texts::problems::Code},
    jobs,
    models::{
        email::Email,
        user::{Plan, Role},
    },
    services::administration,
};

pub(super) async fn run(configuration: Configuration, act: AdminAct) -> End {
    let app = match setup::ready(configuration).await {
        Ok(app) => app,
        Err(end) => return end,
    };
    let ctx = jobs::context(&app, "admin");
    let done = match act {
        AdminAct::Create { email, password_stdin } => create(&ctx, &email, password_stdin).await,
        AdminAct::ResetMfa { email } => match address(&email) {
            Ok(email) => administration::reset_second_factor(&ctx, &email)
                .await
                .map(|user| format!("{} has no second factor any more.", user.email))
                .map_err(|error| explain(&error)),
            Err(sentence) => Err(sentence),
        },
        AdminAct::SetRole { email, role } => match (address(&email), Role::try_from(role.to_ascii_lowercase())) {
            (Ok(email), Ok(role)) => administration::set_role(&ctx, &email, role)
                .await
                .map(|user| format!("{} is now {}.", user.email, user.role.as_str()))
                .map_err(|error| explain(&error)),
            (Err(sentence), _) => Err(sentence),
            (_, Err(_)) => Err("the role must be user, support or admin".into()),
        },
        AdminAct::SetPlan { email, plan } => match (address(&email), Plan::try_from(plan.to_ascii_uppercase())) {
            (Ok(email), Ok(plan)) => administration::set_plan(&ctx, &email, plan)
                .await
                .map(|user| format!("{} is now on {}.", user.email, user.plan.as_str()))
                .map_err(|error| explain(&error)),
            (Err(sentence), _) => Err(sentence),
            (_, Err(_)) => Err("the plan must be FREE or PRO".into()),
        },
    };
    app.db.close().await;
    match done {
        Ok(sentence) => {
            say!("{sentence}");
            End::Done
        }
        Err(sentence) => End::NotDone(sentence),
    }
}

async fn create(ctx: &crate::core::context::Context, email: &str, from_stdin: bool) -> Result<String, String> {
    let email = address(email)?;
    let password = if from_stdin { Some(read_password()?) } else { None };
    let (user, made) =
        administration::create_administrator(ctx, email, password).await.map_err(|error| explain(&error))?;
    Ok(match made {
        Some(password) => {
            format!("{} is an administrator. Its password, shown once: {}", user.email, password.expose())
        }
        None => format!("{} is an administrator.", user.email),
    })
}

fn address(text: &str) -> Result<Email, String> {
    Email::parse(text).ok_or_else(|| "the email must be an address, as admin@example.com".into())
}

fn read_password() -> Result<SecretText, String> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| format!("the password can not be read from standard input: {error}"))?;
    Ok(SecretText::from(text.trim_end_matches(['\n', '\r'])))
}

fn explain(error: &Error) -> String {
    match error {
        Error::Invalid(faults) => faults
            .iter()
            .map(|fault| format!("{}: {}", fault.field, fault.message(Language::English)))
            .collect::<Vec<_>>()
            .join(" "),
        Error::Refused(Code::NotFound) => "no account has this address".into(),
        Error::Refused(Code::EmailTaken) => {
            "an account with this address exists; `vault-api admin set-role EMAIL admin` makes it an administrator"
                .into()
        }
        Error::Refused(code) => code.detail(Language::English).into(),
        other => other.to_string(),
    }
}
