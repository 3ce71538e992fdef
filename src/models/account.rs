//! Accounts as those who run the vault see them: never a hash, never a value.

use chrono::{DateTime, Utc};

use uuid::Uuid;

use super::{
    billing,
    billing_account::Seen,
    email::Email,
    user::{Plan, Role, User},
};

/// An account with what an administrator needs to know of it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account.
    pub user: User,
    /// How many active keys it has.
    pub active_keys: i64,
    /// How many sessions of it are open.
    pub open_sessions: i64,
    /// When somebody last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

/// What stands behind an account's plan.
#[derive(Clone, Debug)]
pub struct Backing {
    /// The subscription at Stripe, as it was last seen.
    pub subscription: Option<Seen>,
    /// Whether an administrator gave the plan.
    pub is_granted: bool,
}

impl Backing {
    /// The plan that is paid for.
    #[must_use]
    pub fn paid_for(&self) -> Plan {
        billing::plan(self.subscription.as_ref().map(|seen| seen.status), false)
    }

    /// Whether the plan is paid for and not given: no administrator takes it away.
    #[must_use]
    pub fn holds_the_plan(&self) -> bool {
        self.paid_for() == Plan::Pro && !self.is_granted
    }
}

/// How somebody names an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountName {
    /// By its identifier, which stays when it is deleted.
    Id(Uuid),
    /// By its address, as it is now.
    Address(Email),
}

impl AccountName {
    /// The account that this text names, if it has the form of either.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self::Id).or_else(|| Email::parse(text).map(Self::Address))
    }
}

/// What an administrator changes of an account; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountChanges {
    /// Its role.
    pub role: Option<Role>,
    /// Its plan.
    pub plan: Option<Plan>,
    /// Whether it is kept from signing in.
    pub disabled: Option<bool>,
}

impl AccountChanges {
    /// Whether an administrator would be one no more.
    #[must_use]
    pub fn may_take_an_administrator(&self) -> bool {
        self.role.is_some_and(|role| role != Role::Admin) || self.disabled == Some(true)
    }
}

/// How many accounts are alike.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Their role.
    pub role: Role,
    /// Their plan.
    pub plan: Plan,
    /// Whether they are disabled.
    pub is_disabled: bool,
    /// How many.
    pub accounts: i64,
}

/// The figures of the vault.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The accounts.
    pub groups: Vec<Group>,
    /// Keys that are not revoked.
    pub active_keys: i64,
    /// Keys that are.
    pub revoked_keys: i64,
    /// Sessions that are open.
    pub open_sessions: i64,
    /// Mails that wait to be sent.
    pub waiting_mails: i64,
    /// Accounts of which Stripe is to be asked.
    pub waiting_billing: i64,
}

impl Statistics {
    /// How many accounts there are of which this is true.
    #[must_use]
    pub fn accounts(&self, is: impl Fn(&Group) -> bool) -> i64 {
        self.groups.iter().filter(|group| is(group)).map(|group| group.accounts).sum()
    }
}
