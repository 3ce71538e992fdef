//! Administration on the wire. No view here holds a hash, a value or a token.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    audit::EntryView,
    fields::{Body, Fields, Given},
    query::{FromQuery, Query},
    rules::Text,
};
use crate::{
    core::texts::faults::FaultKind,
    models::{
        account::{Account, AccountChanges, AccountName, Statistics},
        audit::{Action, Entry, TrailFilter},
        page::PageRequest,
        user::{Plan, Role},
    },
};

/// An account, as those who run the vault see it.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminUser)]
pub struct AccountView {
    /// Its identifier.
    pub id: Uuid,
    /// Its address.
    #[schema(example = "alice@example.com")]
    pub email: String,
    /// The person's name; may be empty.
    #[schema(example = "Alice")]
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Its plan.
    pub plan: Plan,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// When it was disabled; `null` where it may sign in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Whether it has a second factor.
    pub second_factor: bool,
    /// How many active keys it has.
    pub keys: i64,
    /// How many sessions of it are open.
    pub sessions: i64,
    /// When somebody last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let user = account.user;
        Self {
            id: user.id.0,
            email: user.email.to_string(),
            name: user.name,
            role: user.role,
            plan: user.plan,
            email_verified: user.email_verified,
            disabled_at: user.disabled_at,
            second_factor: user.second_factor_at.is_some(),
            keys: account.active_keys,
            sessions: account.open_sessions,
            last_sign_in_at: account.last_sign_in_at,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// Changes to an account; what is left out stays as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `AccountChanges` is what is read")]
#[schema(as = UpdateUser)]
pub struct UpdateAccount {
    /// Its role.
    #[schema(nullable = false)]
    role: Option<Role>,
    /// Its plan.
    #[schema(nullable = false)]
    plan: Option<Plan>,
    /// Whether it is kept from signing in; `true` ends its sessions.
    #[schema(nullable = false)]
    disabled: Option<bool>,
}

impl Body for AccountChanges {
    fn read(fields: &mut Fields) -> Option<Self> {
        let role = choice(fields, "role", "user, support, admin");
        let plan = choice(fields, "plan", "FREE, PRO");
        let disabled = fields.boolean("disabled");
        Some(Self { role: role?, plan: plan?, disabled: disabled? })
    }
}

fn choice<T: TryFrom<String>>(fields: &mut Fields, name: &str, all: &'static str) -> Option<Option<T>> {
    match fields.text(name, Text::line(0, 64)) {
        Given::Absent => Some(None),
        Given::Fault => None,
        Given::Null => fields.fault(name, FaultKind::Required),
        Given::Value(word) => match T::try_from(word) {
            Ok(choice) => Some(Some(choice)),
            Err(_) => fields.fault(name, FaultKind::InvalidChoice(all.into())),
        },
    }
}

/// Which accounts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `AccountQuery` is what is read")]
pub struct AccountParams {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// A part of the address or the name; without case.
    #[param(max_length = 100)]
    q: Option<String>,
}

/// Which accounts, as read.
pub struct AccountQuery {
    /// Which page.
    pub page: PageRequest,
    /// A part of the address or the name.
    pub part: Option<String>,
}

impl FromQuery for AccountQuery {
    fn read(query: &mut Query) -> Option<Self> {
        let page = query.page();
        let part = query.text("q", Text::line(1, 100));
        Some(Self { page: page?, part: part? })
    }
}

/// An entry of any trail.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminAuditEntry)]
pub struct AnyEntryView {
    /// Whose trail it is in; `null` for what belongs to no account.
    pub user_id: Option<Uuid>,
    /// The entry.
    #[serde(flatten)]
    pub entry: EntryView,
}

impl From<Entry> for AnyEntryView {
    fn from(entry: Entry) -> Self {
        Self { user_id: Some(entry.chain).filter(|chain| !chain.is_nil()), entry: entry.into() }
    }
}

/// Which entries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `TrailQuery` is what is read")]
pub struct TrailParams {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// The trail of one account: its identifier, or its address.
    #[param(max_length = 254, example = "alice@example.com")]
    user_id: Option<String>,
    /// What one person did, in all trails: the identifier or the address of their account.
    #[param(max_length = 254, example = "alice@example.com")]
    actor_id: Option<String>,
    /// One kind of act.
    action: Option<Action>,
    /// From this moment on.
    since: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

/// Which entries, as read.
pub struct TrailQuery {
    /// Which page.
    pub page: PageRequest,
    /// Which entries.
    pub filter: TrailFilter<AccountName>,
}

impl FromQuery for TrailQuery {
    fn read(query: &mut Query) -> Option<Self> {
        let all = || Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", ");
        let page = query.page();
        let account = query.account("user_id");
        let actor = query.account("actor_id");
        let action = query.choice("action", all);
        let since = query.time("since");
        let until = query.time("until");
        let filter = TrailFilter { account: account?, actor: actor?, action: action?, since: since?, until: until? };
        Some(Self { page: page?, filter })
    }
}

/// The figures of the vault.
#[derive(Serialize, ToSchema)]
#[schema(as = Stats)]
pub struct StatisticsView {
    /// The accounts.
    pub accounts: AccountFigures,
    /// The keys.
    pub keys: KeyFigures,
    /// Sessions that are open.
    pub sessions: i64,
    /// Mails that wait to be sent.
    pub mails_waiting: i64,
    /// Accounts of which Stripe is to be asked.
    pub billing_waiting: i64,
}

/// How many accounts there are.
#[derive(Serialize, ToSchema)]
pub struct AccountFigures {
    /// All.
    pub total: i64,
    /// Those that an administrator disabled.
    pub disabled: i64,
    /// By role.
    pub by_role: RoleFigures,
    /// By plan.
    pub by_plan: PlanFigures,
}

/// How many accounts have which role.
#[derive(Serialize, ToSchema)]
pub struct RoleFigures {
    /// Those who keep keys.
    pub user: i64,
    /// Those who read accounts.
    pub support: i64,
    /// Those who manage accounts.
    pub admin: i64,
}

/// How many accounts have which plan.
#[derive(Serialize, ToSchema)]
pub struct PlanFigures {
    /// Those who pay nothing.
    #[serde(rename = "FREE")]
    pub free: i64,
    /// Those on the PRO plan.
    #[serde(rename = "PRO")]
    pub pro: i64,
}

/// How many keys there are.
#[derive(Serialize, ToSchema)]
pub struct KeyFigures {
    /// Those that are not revoked.
    pub active: i64,
    /// Those that are.
    pub revoked: i64,
}

impl From<Statistics> for StatisticsView {
    fn from(all: Statistics) -> Self {
        let of_role = |role: Role| all.accounts(|group| group.role == role);
        let of_plan = |plan: Plan| all.accounts(|group| group.plan == plan);
        Self {
            accounts: AccountFigures {
                total: all.accounts(|_| true),
                disabled: all.accounts(|group| group.is_disabled),
                by_role: RoleFigures {
                    user: of_role(Role::User),
                    support: of_role(Role::Support),
                    admin: of_role(Role::Admin),
                },
                by_plan: PlanFigures { free: of_plan(Plan::Free), pro: of_plan(Plan::Pro) },
            },
            keys: KeyFigures { active: all.active_keys, revoked: all.revoked_keys },
            sessions: all.open_sessions,
            mails_waiting: all.waiting_mails,
            billing_waiting: all.waiting_billing,
        }
    }
}
