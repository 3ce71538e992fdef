//! The audit trail: who did what to what, from where, in a chain that shows every later change.
//!
//! Each account has its own chain, so that acts of different accounts never wait for each other; what belongs
//! to no account is in chain zero. Entry n carries `HMAC(audit key, mac of n-1 || entry n)`. Invariants:
//! 1. An entry is in the same transaction as its act; for a reveal it is committed before the value leaves.
//! 2. Within a chain, `seq` counts from 1 without a gap.
//! 3. No entry holds a secret: details come from a closed list of words, `audit_details`.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{audit_details::Detail, ids::ApiKeyId, user::words};
use crate::core::crypto::mac::MacKey;

words! {
    /// What was done.
    Action {
        /// An account was made.
        AccountCreated = "account.created",
        /// The name or the language was changed.
        AccountUpdated = "account.updated",
        /// The address was proved.
        AddressVerified = "account.address_verified",
        /// Another address was asked for; it is not proved yet.
        AddressChangeRequested = "account.address_change_requested",
        /// The change that was asked for was called off before it was proved.
        AddressChangeCancelled = "account.address_change_cancelled",
        /// The address was changed.
        AddressChanged = "account.address_changed",
        /// A change of the address was taken back from the former one.
        AddressChangeUndone = "account.address_change_undone",
        /// The account was deleted.
        AccountDeleted = "account.deleted",
        /// Whoever has the address said that somebody else registered it, and the account was deleted.
        AccountDisowned = "account.disowned",
        /// Somebody signed in.
        SignedIn = "session.created",
        /// A sign-in was refused.
        SignInRefused = "session.refused",
        /// A session was refreshed.
        SessionRefreshed = "session.refreshed",
        /// A spent refresh token came again, and its session was ended.
        RefreshTokenReused = "session.refresh_token_reused",
        /// The password was right; the second factor was asked for.
        SecondFactorAsked = "session.second_factor_asked",
        /// A program was let in from a browser; it signs in by itself.
        DeviceApproved = "session.device_approved",
        /// Somebody proved to be there again, for a dangerous act.
        SignInRenewed = "session.renewed",
        /// The second factor was turned on.
        SecondFactorOn = "second_factor.on",
        /// The second factor was turned off.
        SecondFactorOff = "second_factor.off",
        /// A code was refused: wrong, or used before.
        SecondFactorRefused = "second_factor.refused",
        /// New recovery codes took the place of the old ones.
        RecoveryCodesMade = "second_factor.codes_made",
        /// A recovery code was used up.
        RecoveryCodeUsed = "second_factor.code_used",
        /// A session was ended.
        SessionEnded = "session.ended",
        /// The password was changed by its owner.
        PasswordChanged = "password.changed",
        /// A change of the password, or an act that asks for it, was refused: wrong password.
        PasswordRefused = "password.refused",
        /// A recovery mail was asked for.
        RecoveryRequested = "password.recovery_requested",
        /// The password was reset with a mail's token.
        PasswordReset = "password.reset",
        /// A stored hash was renewed at sign-in.
        PasswordRehashed = "password.rehashed",
        /// The role was changed.
        RoleChanged = "account.role_changed",
        /// The plan was changed.
        PlanChanged = "account.plan_changed",
        /// A customer was made at Stripe for the account.
        BillingCustomerCreated = "billing.customer_created",
        /// Stripe does not know the account's customer any more.
        BillingCustomerGone = "billing.customer_gone",
        /// The customer of a deleted account was deleted at Stripe.
        BillingCustomerDeleted = "billing.customer_deleted",
        /// Somebody was sent to Stripe to subscribe.
        CheckoutStarted = "billing.checkout_started",
        /// Somebody was sent to Stripe's customer portal.
        PortalOpened = "billing.portal_opened",
        /// The subscription that counts is another, or in another state.
        SubscriptionChanged = "billing.subscription_changed",
        /// A subscription to a price that is none of ours gives nothing.
        SubscriptionIgnored = "billing.subscription_ignored",
        /// An invoice was paid.
        InvoicePaid = "billing.invoice_paid",
        /// A payment failed.
        PaymentFailed = "billing.payment_failed",
        /// An event came that is not Stripe's.
        BillingEventRefused = "billing.event_refused",
        /// An event of Stripe changed nothing: the details tell why.
        BillingEventIgnored = "billing.event_ignored",
        /// An administrator disabled the account.
        AccountDisabled = "account.disabled",
        /// An administrator enabled the account again.
        AccountEnabled = "account.enabled",
        /// All sessions of the account were ended: by an administrator, or by its owner, who kept one.
        SessionsEnded = "session.all_ended",
        /// An administrator had a recovery mail sent.
        RecoverySent = "password.recovery_sent",
        /// A key was stored or generated.
        KeyCreated = "key.created",
        /// A key's description was changed.
        KeyUpdated = "key.updated",
        /// A key's value was shown.
        KeyRevealed = "key.revealed",
        /// A key's value could not be decrypted: changed bytes, or a row that was moved.
        KeyRevealFailed = "key.reveal_failed",
        /// Keys were imported; each of them has an entry of its own too.
        KeysImported = "keys.imported",
        /// The values of keys were shown, all those that the details tell.
        KeysExported = "keys.exported",
        /// A key was revoked.
        KeyRevoked = "key.revoked",
        /// A key's revocation was taken back.
        KeyReinstated = "key.reinstated",
        /// A key got a new value.
        KeyRotated = "key.rotated",
        /// An earlier value of a key became the current one again.
        KeyRestored = "key.restored",
        /// The former values of a key stopped to count before their time.
        KeyGraceEnded = "key.grace_ended",
        /// A token for programs was made.
        TokenCreated = "token.created",
        /// A token for programs was revoked.
        TokenRevoked = "token.revoked",
        /// All tokens for programs of the account were revoked.
        TokensRevoked = "token.all_revoked",
    }
}

words! {
    /// What it was done to.
    ObjectType {
        /// An account.
        Account = "account",
        /// A session.
        Session = "session",
        /// An API key.
        Key = "key",
        /// A token for programs.
        Token = "token",
    }
}

/// An entry that is to be written.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Its identifier.
    pub id: Uuid,
    /// The chain: the account's identifier, or zero.
    pub chain: Uuid,
    /// Who did it, where somebody had signed in.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: Action,
    /// To what.
    pub object_type: ObjectType,
    /// To which one.
    pub object_id: Option<Uuid>,
    /// From which address; empty for the command line.
    pub ip: String,
    /// By which program.
    pub user_agent: String,
    /// The request's identifier.
    pub request_id: String,
    /// What else is worth knowing: short words, never a value.
    pub details: Map<String, Value>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// An entry of the trail.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its identifier.
    pub id: Uuid,
    /// Its chain.
    pub chain: Uuid,
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// What was done: text, since an older program may read a newer row.
    pub action: String,
    /// To what.
    pub object_type: String,
    /// To which one.
    pub object_id: Option<Uuid>,
    /// From which address.
    pub ip: String,
    /// By which program.
    pub user_agent: String,
    /// The request's identifier.
    pub request_id: String,
    /// What else is worth knowing: a JSON object as text, byte for byte as it was signed.
    pub details: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What binds it to the entry before.
    pub mac: Vec<u8>,
}

/// Which entries of all trails are wanted. People name accounts as they like, `Who`; the trail knows identifiers.
#[derive(Clone, Debug)]
pub struct TrailFilter<Who = Uuid> {
    /// The trail of one account.
    pub account: Option<Who>,
    /// What one person did.
    pub actor: Option<Who>,
    /// One kind of act.
    pub action: Option<Action>,
    /// From this moment on.
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

words! {
    /// Acts that belong together.
    ActionGroup {
        /// What was done to keys.
        Keys = "keys",
        /// What was done to tokens for programs.
        Tokens = "tokens",
        /// Sign-ins and sessions.
        SignIns = "sign_ins",
        /// The second factor and the password.
        Security = "security",
        /// The account itself.
        Account = "account",
        /// The plan and payments.
        Billing = "billing",
    }
}

impl Action {
    /// To which acts it belongs.
    #[must_use]
    pub fn group(self) -> ActionGroup {
        match self.as_str().split('.').next().unwrap_or_default() {
            "key" | "keys" => ActionGroup::Keys,
            "token" => ActionGroup::Tokens,
            "session" => ActionGroup::SignIns,
            "second_factor" | "password" => ActionGroup::Security,
            "billing" => ActionGroup::Billing,
            _ if self == Self::PlanChanged => ActionGroup::Billing,
            _ => ActionGroup::Account,
        }
    }
}

/// Which entries of one's own trail are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnFilter {
    /// What was done to one key.
    pub key: Option<ApiKeyId>,
    /// One kind of act.
    pub action: Option<Action>,
    /// Acts that belong together.
    pub group: Option<ActionGroup>,
    /// From this moment on.
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

impl OwnFilter {
    /// The words of the acts that are wanted, each between commas; `None` for all.
    #[must_use]
    pub fn actions(&self) -> Option<String> {
        if self.action.is_none() && self.group.is_none() {
            return None;
        }
        let is_wanted = |action: &Action| {
            self.action.is_none_or(|wanted| wanted == *action) && self.group.is_none_or(|group| group == action.group())
        };
        let words: Vec<_> = Action::ALL.iter().copied().filter(is_wanted).map(Action::as_str).collect();
        Some(format!(",{},", words.join(",")))
    }
}

/// What a check of one's own trail found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnVerification {
    /// How many entries are as they were written, from the first on.
    pub entries: u64,
    /// The place of the first one that is not; `None` where all are.
    pub first_bad: Option<i64>,
}

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last entry's place; 0 where there is none.
    pub seq: i64,
    /// The last entry's code; empty where there is none.
    pub mac: Vec<u8>,
}

impl Head {
    /// The end of a chain without entries.
    #[must_use]
    pub fn start() -> Self {
        Self { seq: 0, mac: Vec::new() }
    }

    /// The entry that follows, bound to this end.
    #[must_use]
    pub fn append(&self, key: &MacKey, new: NewEntry) -> Entry {
        let mut entry = Entry {
            id: new.id,
            chain: new.chain,
            seq: self.seq + 1,
            actor_id: new.actor_id,
            action: new.action.as_str().into(),
            object_type: new.object_type.as_str().into(),
            object_id: new.object_id,
            ip: new.ip,
            user_agent: new.user_agent,
            request_id: new.request_id,
            details: Value::Object(new.details).to_string(),
            created_at: new.created_at,
            mac: Vec::new(),
        };
        entry.mac = entry.sign(key, &self.mac).to_vec();
        entry
    }

    /// The end after `entry`.
    #[must_use]
    pub fn after(entry: &Entry) -> Self {
        Self { seq: entry.seq, mac: entry.mac.clone() }
    }
}

impl Entry {
    /// The token for programs with which it was done, if it was done with one.
    #[must_use]
    pub fn program(&self) -> Option<Uuid> {
        let details: Map<String, Value> = serde_json::from_str(&self.details).ok()?;
        Uuid::try_parse(details.get(Detail::Program.as_str())?.as_str()?).ok()
    }

    /// Whether this entry follows `head` and was not changed.
    #[must_use]
    pub fn follows(&self, head: &Head, key: &MacKey) -> bool {
        self.seq == head.seq + 1
            && aws_lc_rs::constant_time::verify_slices_are_equal(&self.sign(key, &head.mac), &self.mac).is_ok()
    }

    fn sign(&self, key: &MacKey, before: &[u8]) -> [u8; 32] {
        let optional = |id: Option<Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        key.sign(&[
            b"va1/audit",
            before,
            self.id.as_bytes(),
            self.chain.as_bytes(),
            &self.seq.to_be_bytes(),
            &optional(self.actor_id),
            self.action.as_bytes(),
            self.object_type.as_bytes(),
            &optional(self.object_id),
            self.ip.as_bytes(),
            self.user_agent.as_bytes(),
            self.request_id.as_bytes(),
            self.details.as_bytes(),
            &self.created_at.timestamp_millis().to_be_bytes(),
        ])
    }
}
