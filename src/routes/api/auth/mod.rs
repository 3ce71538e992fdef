//! Accounts and sessions: `/api/auth`.

mod address;
mod device;
mod login;
mod me;
mod mfa;
mod password;
mod reauthenticate;
mod recovery;
mod refresh;
mod register;
mod sessions;
mod verification;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::core::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(login::log_in))
        .routes(routes!(login::log_out))
        .routes(routes!(refresh::refresh))
        .routes(routes!(device::begin_device_login))
        .routes(routes!(device::collect_device_login))
        .routes(routes!(device::approve_device_login))
        .routes(routes!(device::refuse_device_login))
        .routes(routes!(verification::verify_email))
        .routes(routes!(verification::disown_account))
        .routes(routes!(verification::resend_verification))
        .routes(routes!(address::read_email, address::change_email, address::cancel_email_change))
        .routes(routes!(address::resend_email_change))
        .routes(routes!(address::confirm_email_change))
        .routes(routes!(address::undo_email_change))
        .routes(routes!(mfa::log_in_with_code))
        .routes(routes!(mfa::read_mfa, mfa::delete_mfa))
        .routes(routes!(mfa::begin_totp))
        .routes(routes!(mfa::confirm_totp))
        .routes(routes!(mfa::renew_recovery_codes))
        .routes(routes!(reauthenticate::reauthenticate))
        .routes(routes!(recovery::recover))
        .routes(routes!(recovery::reset))
        .routes(routes!(me::read_me, me::update_me, me::delete_me))
        .routes(routes!(password::change_password))
        .routes(routes!(sessions::list_sessions, sessions::delete_other_sessions))
        .routes(routes!(sessions::delete_session))
}
