//! What may be done: a closed list, and which role may do it. This is the one place that decides.

use super::user::Role;

/// One thing that somebody may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read one's own account.
    ReadOwnAccount,
    /// Sign out.
    SignOut,
    /// Ask for the mail that proves one's own address.
    ProveOwnAddress,
    /// Renew the sign-in and set up a second factor.
    SecureOwnAccount,
    /// Change one's own account and password, see and end one's sessions.
    ManageOwnAccount,
    /// See one's own plan and invoices.
    ReadBilling,
    /// Subscribe and open the customer portal.
    ManageBilling,
    /// Make and revoke one's own tokens for programs.
    ManageTokens,
    /// See one's own keys, masked.
    ReadKeys,
    /// See the values of one's own keys.
    RevealKeys,
    /// Store, generate and change one's own keys.
    WriteKeys,
    /// Revoke one's own keys.
    RevokeKeys,
    /// Have values checked against one's own generated keys.
    VerifyKeys,
    /// Read one's own audit trail.
    ReadOwnAudit,
    /// See other accounts, the whole trail and the figures; never a value.
    ReadAccounts,
    /// Make administrators; change roles and plans, disable accounts, end their sessions, have them recovered.
    AdministerAccounts,
}

impl Role {
    /// Whether this role allows it. The operator at the command line is asked elsewhere: he may do all.
    #[must_use]
    pub fn permits(self, permission: Permission) -> bool {
        match permission {
            Permission::ReadOwnAccount
            | Permission::SignOut
            | Permission::ProveOwnAddress
            | Permission::SecureOwnAccount
            | Permission::ManageOwnAccount
            | Permission::ReadBilling
            | Permission::ManageBilling
            | Permission::ManageTokens
            | Permission::ReadKeys
            | Permission::RevealKeys
            | Permission::WriteKeys
            | Permission::RevokeKeys
            | Permission::VerifyKeys
            | Permission::ReadOwnAudit => true,
            Permission::ReadAccounts => matches!(self, Self::Support | Self::Admin),
            Permission::AdministerAccounts => self == Self::Admin,
        }
    }
}

impl Permission {
    /// Whether an account may do it before its address is proved, where `REQUIRE_VERIFIED_EMAIL` is on.
    #[must_use]
    pub fn is_open_to_unverified(self) -> bool {
        matches!(self, Self::ReadOwnAccount | Self::SignOut | Self::ProveOwnAddress)
    }

    /// Whether an account may do it before it has the second factor that `REQUIRE_MFA` asks for.
    #[must_use]
    pub fn is_open_without_second_factor(self) -> bool {
        self.is_open_to_unverified() || self == Self::SecureOwnAccount
    }
}
