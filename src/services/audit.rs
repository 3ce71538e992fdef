//! The audit trail: every act is an entry in the same transaction, chained to the one before.

use std::fmt;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::api_keys;
use crate::{
    core::{
        context::Context,
        database::{Reader, Writer},
        error::{Error, Result},
        texts::faults::{Fault, FaultKind},
    },
    models::{
        account::AccountName,
        audit::{Action, Entry, Head, NewEntry, ObjectType, OwnFilter, OwnVerification, TrailFilter},
        audit_details::Detail,
        ids::{ApiKeyId, ProgramTokenId, SessionId, UserId},
        mail::MailCause,
        page::{Page, PageRequest},
        permission::Permission,
    },
    repositories::{audit_trail, users},
};

/// The most entries of one export: the newest.
pub const MOST_EXPORTED: i64 = 10_000;

/// An act, as it is going to be recorded.
#[derive(Clone, Debug)]
pub struct Event {
    action: Action,
    account: Option<UserId>,
    object_type: ObjectType,
    object_id: Option<Uuid>,
    details: Map<String, Value>,
    /// Who caused it, where that is not who acts now.
    cause: Option<MailCause>,
}

impl Event {
    /// An act on an account; `None` where there is none, as for a sign-in with an unknown address.
    #[must_use]
    pub fn on_account(action: Action, account: Option<UserId>) -> Self {
        Self {
            action,
            account,
            object_type: ObjectType::Account,
            object_id: account.map(|id| id.0),
            details: Map::new(),
            cause: None,
        }
    }

    /// An act on a session of an account.
    #[must_use]
    pub fn on_session(action: Action, account: UserId, session: SessionId) -> Self {
        Self {
            action,
            account: Some(account),
            object_type: ObjectType::Session,
            object_id: Some(session.0),
            details: Map::new(),
            cause: None,
        }
    }

    /// An act on a key of an account.
    #[must_use]
    pub fn on_key(action: Action, account: UserId, key: ApiKeyId) -> Self {
        Self {
            action,
            account: Some(account),
            object_type: ObjectType::Key,
            object_id: Some(key.0),
            details: Map::new(),
            cause: None,
        }
    }

    /// An act on a token for programs of an account.
    #[must_use]
    pub fn on_token(action: Action, account: UserId, token: ProgramTokenId) -> Self {
        Self {
            action,
            account: Some(account),
            object_type: ObjectType::Token,
            object_id: Some(token.0),
            details: Map::new(),
            cause: None,
        }
    }

    /// Adds a word that is worth knowing; never a secret.
    #[must_use]
    pub fn with(mut self, detail: Detail, value: impl Into<Value>) -> Self {
        self.details.insert(detail.as_str().into(), value.into());
        self
    }

    /// Names who caused it, where that is not who acts now: a request whose mail is sent later.
    #[must_use]
    pub fn caused_by(mut self, cause: &MailCause) -> Self {
        self.cause = Some(cause.clone());
        self
    }

    fn entry(mut self, ctx: &Context) -> NewEntry {
        if let Some(program) = ctx.program() {
            // the account answers for it; the token tells which program it was
            self.details.insert(Detail::Program.as_str().into(), program.token.id.to_string().into());
        }
        let cause = self.cause.unwrap_or_else(|| MailCause::from(ctx.client()));
        NewEntry {
            id: ctx.new_id(),
            chain: self.account.map_or(Uuid::nil(), |account| account.0),
            actor_id: ctx.actor_id().map(|actor| actor.0),
            action: self.action,
            object_type: self.object_type,
            object_id: self.object_id,
            ip: cause.ip,
            user_agent: cause.user_agent,
            request_id: cause.request_id,
            details: self.details,
            created_at: ctx.now(),
        }
    }
}

/// Records an act in the transaction of the act. Best called last: the chain is locked until the commit.
///
/// # Errors
/// As the database fails; the act must not happen then.
pub async fn record(tx: &mut Writer, ctx: &Context, event: Event) -> Result<()> {
    let new = event.entry(ctx);
    let chain = new.chain;
    let head = audit_trail::lock_head(tx, chain).await?;
    let entry = head.append(ctx.app().keyring()?.audit(), new);
    audit_trail::append(tx, &[entry]).await
}

/// Records the acts of one transaction on one account, in their order.
///
/// # Errors
/// As the database fails; the acts must not happen then.
pub async fn record_all(tx: &mut Writer, ctx: &Context, events: Vec<Event>) -> Result<()> {
    let mut entries = events.into_iter().map(|event| event.entry(ctx)).peekable();
    let Some(chain) = entries.peek().map(|entry| entry.chain) else { return Ok(()) };
    let key = ctx.app().keyring()?;
    let mut head = audit_trail::lock_head(tx, chain).await?;
    let mut chained = Vec::with_capacity(entries.len());
    for new in entries {
        let entry = head.append(key.audit(), new);
        head = Head::after(&entry);
        chained.push(entry);
    }
    audit_trail::append(tx, &chained).await
}

/// Records an act that changes nothing else, together with those of others that come at the same time; returns
/// once the entry is committed.
///
/// # Errors
/// `Unavailable` where it could not be committed: what was asked for must not be handed out then.
pub async fn record_alone(ctx: &Context, event: Event) -> Result<()> {
    ctx.app().audit.ask(event.entry(ctx)).await
}

/// Commits a batch of entries in one transaction.
///
/// # Errors
/// As the database fails; none is recorded then.
pub async fn record_batch(ctx: &Context, mut entries: Vec<NewEntry>) -> Result<()> {
    // chains are always locked in the same order, so that two servers never wait for each other
    entries.sort_by_key(|entry| (entry.chain, entry.id));
    let mut tx = ctx.db().write().await?;
    let key = ctx.app().keyring()?.clone();
    let mut entries = entries.into_iter().peekable();
    while let Some(chain) = entries.peek().map(|entry| entry.chain) {
        let mut head = audit_trail::lock_head(&mut tx, chain).await?;
        let mut chained = Vec::new();
        while let Some(new) = entries.next_if(|entry| entry.chain == chain) {
            let entry = head.append(key.audit(), new);
            head = Head::after(&entry);
            chained.push(entry);
        }
        audit_trail::append(&mut tx, &chained).await?;
    }
    tx.commit().await
}

/// The member's own trail, newest first; with `key`, what was done to that key alone.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn list_own(ctx: &Context, filter: &OwnFilter, page: PageRequest) -> Result<Page<Entry>> {
    ctx.require(Permission::ReadOwnAudit)?;
    let chain = ctx.account()?.0;
    let mut reader = ctx.db().read().await?;
    let below = place_of(&mut reader, chain, page).await?;
    let rows = audit_trail::list(&mut reader, chain, filter, below, page.limit + 1).await?;
    Ok(Page::cut(as_owner_sees(chain, rows), page.limit, |entry| entry.id))
}

/// The member's own trail as one piece, newest first: at most `MOST_EXPORTED` entries.
///
/// # Errors
/// `Unauthenticated` without a sign-in; `Busy` where others export meanwhile.
pub async fn export_own(ctx: &Context, filter: &OwnFilter) -> Result<Vec<Entry>> {
    ctx.require(Permission::ReadOwnAudit)?;
    let chain = ctx.account()?.0;
    let _turn = api_keys::take_turn(ctx).await?;
    let mut reader = ctx.db().read().await?;
    let rows = audit_trail::list(&mut reader, chain, filter, i64::MAX, MOST_EXPORTED).await?;
    Ok(as_owner_sees(chain, rows))
}

/// From where an administrator works is nobody else's business.
fn as_owner_sees(chain: Uuid, mut rows: Vec<Entry>) -> Vec<Entry> {
    for entry in rows.iter_mut().filter(|entry| entry.actor_id.is_some_and(|actor| actor != chain)) {
        entry.ip.clear();
        entry.user_agent.clear();
    }
    rows
}

/// The trails of all accounts, newest first.
///
/// # Errors
/// `Forbidden` to whoever may not read accounts; a fault of `user_id` or `actor_id` where no account has that address.
pub async fn list_all(ctx: &Context, asked: TrailFilter<AccountName>, page: PageRequest) -> Result<Page<Entry>> {
    ctx.require(Permission::ReadAccounts)?;
    let mut reader = ctx.db().read().await?;
    let filter = by_identifier(&mut reader, asked).await?;
    let rows = match filter.account {
        None => audit_trail::list_all(&mut reader, &filter, page).await?,
        Some(chain) => {
            let below = place_of(&mut reader, chain, page).await?;
            audit_trail::list_filtered(&mut reader, chain, below, &filter, page).await?
        }
    };
    Ok(Page::cut(rows, page.limit, |entry| entry.id))
}

/// The same filter, of accounts as the trail knows them.
async fn by_identifier(reader: &mut Reader, asked: TrailFilter<AccountName>) -> Result<TrailFilter> {
    let (mut ids, mut faults) = ([None, None], Vec::new());
    let named = [("user_id", asked.account), ("actor_id", asked.actor)];
    for ((field, named), id) in named.into_iter().zip(&mut ids) {
        *id = match named {
            None => None,
            Some(AccountName::Id(id)) => Some(id),
            Some(AccountName::Address(address)) => {
                let found = users::find_by_email(&mut *reader, &address).await?;
                if found.is_none() {
                    faults.push(Fault::new(field, NO_SUCH_ADDRESS));
                }
                found.map(|user| user.id.0)
            }
        };
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let [account, actor] = ids;
    Ok(TrailFilter { account, actor, action: asked.action, since: asked.since, until: asked.until })
}

const NO_SUCH_ADDRESS: FaultKind = FaultKind::NotFound(
    "No account has this address now. If it was changed or the account deleted, give the account’s identifier.",
    "Aucun compte n’a cette adresse à présent. Si elle a changé ou si le compte a été supprimé, donnez l’identifiant du compte.",
);

/// The place in a chain below which a page begins.
async fn place_of(reader: &mut Reader, chain: Uuid, page: PageRequest) -> Result<i64> {
    Ok(match page.before {
        None => i64::MAX,
        // a cursor from another trail points at nothing
        Some(id) => audit_trail::find_seq(reader, chain, id).await?.unwrap_or(0),
    })
}

/// What a check of the whole trail found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How many entries are as they were written.
    pub entries: u64,
    /// How many chains there are.
    pub chains: u64,
    /// The first entry of each chain that is not as it was written, in words.
    pub faults: Vec<String>,
}

/// What is wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChainFault {
    EndGone,
    Changed { id: Uuid, place: i64 },
    OtherEnd { id: Uuid, place: i64 },
    Shortened { after: i64, end: i64 },
}

impl ChainFault {
    /// The place of the first entry that is not as it was written.
    fn place(self) -> i64 {
        match self {
            Self::EndGone => 1,
            Self::Changed { place, .. } | Self::OtherEnd { place, .. } => place,
            Self::Shortened { after, .. } => after + 1,
        }
    }
}

impl fmt::Display for ChainFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndGone => write!(out, "its recorded end is gone"),
            Self::Changed { id, place } => {
                write!(out, "entry {id} (place {place}) was changed, or the one before it is gone")
            }
            Self::OtherEnd { id, .. } => write!(out, "its recorded end does not fit entry {id}"),
            Self::Shortened { after, end } => {
                write!(out, "the entries after place {after} are gone; it ends at {end}")
            }
        }
    }
}

/// Checks every chain from its first entry to its end.
///
/// # Errors
/// `Forbidden` to anybody but the operator.
pub async fn verify(ctx: &Context) -> Result<Verification> {
    ctx.require(Permission::AdministerAccounts)?;
    let mut found = Verification { entries: 0, chains: 0, faults: Vec::new() };
    let mut reader = ctx.db().read().await?;
    for chain in audit_trail::list_chains(&mut reader).await? {
        found.chains += 1;
        if let Err(fault) = verify_chain(ctx, &mut reader, chain, &mut found.entries).await? {
            found.faults.push(format!("chain {chain}: {fault}"));
        }
    }
    Ok(found)
}

/// Checks the member's own chain from its first entry to its end.
///
/// # Errors
/// `Unauthenticated` without a sign-in; `Busy` where others check or export meanwhile.
pub async fn verify_own(ctx: &Context) -> Result<OwnVerification> {
    ctx.require(Permission::ReadOwnAudit)?;
    let chain = ctx.account()?.0;
    let _turn = api_keys::take_turn(ctx).await?;
    let mut entries = 0;
    let verified = verify_chain(ctx, &mut ctx.db().read().await?, chain, &mut entries).await?;
    if let Err(fault) = &verified {
        tracing::error!(%chain, %fault, "an account's trail is not as it was written; run `vault-api audit verify`");
    }
    Ok(OwnVerification { entries, first_bad: verified.err().map(ChainFault::place) })
}

async fn verify_chain(
    ctx: &Context,
    reader: &mut Reader,
    chain: Uuid,
    entries: &mut u64,
) -> Result<std::result::Result<(), ChainFault>> {
    const AT_ONCE: i64 = 1000;
    let key = ctx.app().keyring()?.clone();
    let mut head = Head::start();
    // the end is read first: what is appended meanwhile stands behind it
    let Some(end) = audit_trail::find_head(&mut *reader, chain).await? else {
        return Ok(Err(ChainFault::EndGone));
    };
    loop {
        let batch = audit_trail::list_forward(&mut *reader, chain, head.seq, AT_ONCE).await?;
        if batch.is_empty() {
            break;
        }
        for entry in batch {
            if !entry.follows(&head, key.audit()) {
                return Ok(Err(ChainFault::Changed { id: entry.id, place: head.seq + 1 }));
            }
            head = Head::after(&entry);
            *entries += 1;
            if head.seq == end.seq && head.mac != end.mac {
                return Ok(Err(ChainFault::OtherEnd { id: entry.id, place: head.seq }));
            }
        }
    }
    if head.seq < end.seq {
        return Ok(Err(ChainFault::Shortened { after: head.seq, end: end.seq }));
    }
    Ok(Ok(()))
}
