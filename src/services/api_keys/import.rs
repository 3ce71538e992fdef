//! Importing many keys: each line is compared with what is there, then all is stored in one transaction or nothing.
//! Where the caller asks for it, invalid lines are left out, and the others are all.
//!
//! An import that is sent again finds everything `same`, and needs an `Idempotency-Key` only with `most_new`, where it would
//! store the next new keys. Each key that it makes or
//! changes has its own audit entry; one more says what the import did as a whole.

use std::collections::{BTreeSet, HashMap};

use serde_json::Map;

use super::{
    create, fingerprint,
    memory::{Memory, Repeatable},
    rotate, warnings,
};
use crate::{
    core::{
        context::Context,
        crypto::account::AccountKey,
        database::{Conn, Writer},
        error::{Error, Result},
        texts::import_lines::LineFault,
    },
    models::{
        api_key::{ApiKey, KeyKind, SealedParts},
        audit::Action,
        audit_details::{Cause, Detail},
        ids::{ApiKeyId, UserId},
        import::{Content, Entry, ImportFile, Line, Manner, Outcome, Report, Wanted},
        key_requests::NewKey,
        permission::Permission,
        provider,
    },
    repositories::{
        api_keys,
        api_keys_in_bulk::{self, InGrace, Known},
        users,
    },
    services::{
        account_keys,
        audit::{self, Event},
        limits::{self, Limit},
    },
};

/// Counts an import, before its body is read.
///
/// # Errors
/// `TooMany`; `Unauthenticated` without a sign-in; `insufficient_scope`.
pub async fn begin_import(ctx: &Context) -> Result<()> {
    ctx.require(Permission::WriteKeys)?;
    limits::spend_account(ctx, Limit::Import).await
}

/// Imports a file, or only tells what would become of it. Of the lines that can be stored
/// those that are wanted are.
///
/// # Errors
/// `import_invalid` with the report where a line can not be stored (in `SkipInvalid`: where none can); `PlanLimit`; `duplicate_value` or `duplicate_name`
/// where somebody stored the same at the same time.
pub async fn import(ctx: &Context, file: ImportFile, manner: Manner, wanted: &Wanted) -> Result<Report> {
    match import_once(ctx, file, manner, wanted, None).await? {
        Imported::New(report) => Ok(report),
        Imported::Repeated(_) => Err(Error::internal("an import that was to be forgotten was remembered")),
    }
}

/// An import that may come again and is to be answered the same.
pub struct Remembered<'a> {
    /// The request.
    pub request: Repeatable<'a>,
    /// Writes its answer.
    pub render: &'a (dyn Fn(&Report) -> Result<Vec<u8>> + Sync),
}

/// What came of an import.
pub enum Imported {
    /// It was made just now.
    New(Report),
    /// The answer that the same request got before; nothing was stored now.
    Repeated(Vec<u8>),
}

/// The same, made once however often the request comes. A look stores nothing, and nothing of it is remembered.
///
/// # Errors
/// As `import`; `idempotency_key_reused`.
pub async fn import_once(
    ctx: &Context,
    file: ImportFile,
    manner: Manner,
    wanted: &Wanted,
    remembered: Option<Remembered<'_>>,
) -> Result<Imported> {
    ctx.require(Permission::WriteKeys)?;
    let account = ctx.account()?;
    let _turn = super::take_turn(ctx).await?;
    let data_key = account_keys::open_current(ctx, account).await?;
    let remembered = remembered.filter(|_| manner != Manner::Look);
    let memory = remembered.as_ref().map(|one| Memory::new(ctx, account, &one.request)).transpose()?;
    if let Some(memory) = &memory
        && let Some(first) = memory.recall(&mut ctx.db().read().await?, &data_key).await?
    {
        return Ok(Imported::Repeated(first.to_vec()));
    }
    let prints = prints(ctx, account, &file)?;
    let known = Held::read(&mut ctx.db().read().await?, ctx, account).await?;
    let plan = |held: &Held| plan(&file, &prints, held, manner, wanted);
    let looked = plan(&known).report;
    if manner == Manner::Look {
        return Ok(Imported::New(with_warnings(ctx, &file, looked)));
    }
    if looked.is_refused(manner) {
        return Err(Error::Import(Box::new(with_warnings(ctx, &file, looked))));
    }
    // what takes long is done before anybody else has to wait for us
    let mut store = Store { ctx, account, data_key: &data_key, prepared: HashMap::new() };
    store.prepare(&file, &looked)?;
    let mut tx = ctx.write_for(Some(account)).await?;
    // two imports of one account take turns
    users::lock(&mut tx, account).await?;
    if let Some(memory) = &memory
        && let Some(first) = memory.recall(&mut tx, &data_key).await?
    {
        // the same request was quicker
        return Ok(Imported::Repeated(first.to_vec()));
    }
    let (mut report, changed) = plan_for_good(ctx, &mut tx, account, plan).await?;
    if report.is_refused(manner) {
        return Err(Error::Import(Box::new(with_warnings(ctx, &file, report))));
    }
    let new = report.count(|outcome| *outcome == Outcome::New);
    create::keep_to_plan(ctx, &mut tx, account, i64::try_from(new).unwrap_or(i64::MAX)).await?;
    let mut events = store.all(&mut tx, &file, &report, &changed).await?;
    if !events.is_empty() {
        events.push(summary(account, &report));
        audit::record_all(&mut tx, ctx, events).await?;
    }
    report.is_stored = true;
    let report = with_warnings(ctx, &file, report);
    // where nothing was stored, the same request stores nothing again
    let changes = report.count(|outcome| matches!(outcome, Outcome::New | Outcome::Changed)) > 0;
    if let (Some(memory), Some(remembered), true) = (&memory, &remembered, changes)
        && !memory.keep(ctx, &mut tx, &data_key, &(remembered.render)(&report)?).await?
    {
        // a request of another kind took the name meanwhile
        return Err(Error::Busy { retry_after: 1 });
    }
    tx.commit().await?;
    Ok(Imported::New(report))
}

/// Says of each line that makes or changes a key what looks like a mistake in it.
fn with_warnings(ctx: &Context, file: &ImportFile, mut report: Report) -> Report {
    for (entry, line) in file.entries.iter().zip(&mut report.lines) {
        let Ok(content) = &entry.content else { continue };
        let (value, environment) = (content.value.expose(), entry.environment.as_deref());
        line.warnings = match line.outcome {
            Outcome::New => {
                let recognised = || provider::recognise(value.trim()).unwrap_or_else(provider::custom);
                let provider = content.provider.unwrap_or_else(recognised);
                warnings::of(ctx, provider, value, environment, &content.provider_config)
            }
            // its settings stay as they are
            Outcome::Changed => warnings::of(ctx, provider::custom(), value, environment, &Map::new()),
            Outcome::Same | Outcome::Invalid(_) | Outcome::LeftOut(_) => Vec::new(),
        };
    }
    report
}

/// What becomes of each line, with every key that gets another value held until the transaction ends: whoever else
/// changes or revokes one has done so before, or waits.
async fn plan_for_good(
    ctx: &Context,
    tx: &mut Writer,
    account: UserId,
    plan: impl Fn(&Held) -> Plan,
) -> Result<(Report, HashMap<usize, ApiKeyId>)> {
    let first = plan(&Held::read(tx, ctx, account).await?);
    // always in the same order, so that two who hold several never wait for each other
    let held: BTreeSet<_> = first.changed.values().copied().collect();
    for key in &held {
        api_keys::lock(tx, account, *key).await?;
    }
    let Plan { report, changed } = plan(&Held::read(tx, ctx, account).await?);
    if changed.values().any(|key| !held.contains(key)) {
        // a key came or went while we waited for another
        return Err(Error::Busy { retry_after: 1 });
    }
    Ok((report, changed))
}

/// The keyed hashes of the values; `None` where a line has none.
fn prints(ctx: &Context, account: UserId, file: &ImportFile) -> Result<Vec<Option<[u8; 32]>>> {
    let print = |entry: &Entry| match &entry.content {
        Ok(content) => fingerprint(ctx, account, content.value.expose()).map(Some),
        Err(_) => Ok(None),
    };
    file.entries.iter().map(print).collect()
}

struct Plan {
    report: Report,
    /// The keys that get another value, by the place of their line.
    changed: HashMap<usize, ApiKeyId>,
}

/// What becomes of each line.
fn plan(file: &ImportFile, prints: &[Option<[u8; 32]>], held: &Held, manner: Manner, wanted: &Wanted) -> Plan {
    let mut new = 0;
    let mut comparison = Comparison::with(held);
    let mut plan = Plan {
        report: Report {
            is_dry_run: manner == Manner::Look,
            format: file.format,
            is_stored: false,
            room: held.room,
            lines: Vec::with_capacity(prints.len()),
        },
        changed: HashMap::new(),
    };
    for (at, (entry, print)) in file.entries.iter().zip(prints).enumerate() {
        let outcome = match (&entry.content, print) {
            (Ok(_), Some(print)) => comparison.outcome(entry, print, |key| {
                plan.changed.insert(at, key);
            }),
            (Err(fault), _) => Outcome::Invalid(fault.clone()),
            (Ok(_), None) => Outcome::Invalid(LineFault::Empty),
        };
        new += usize::from(outcome == Outcome::New);
        let outcome = wanted.decide(outcome, at, new, held.room);
        if matches!(outcome, Outcome::LeftOut(_)) {
            plan.changed.remove(&at);
        }
        let (line, name, environment) = (entry.line, entry.name.clone(), entry.environment.clone());
        plan.report.lines.push(Line { line, name, environment, outcome, warnings: Vec::new() });
    }
    plan.report.tell_room();
    plan
}

/// What the account holds.
struct Held {
    keys: Vec<Known>,
    former: Vec<InGrace>,
    /// How many keys more its plan has room for.
    room: Option<i64>,
}

impl Held {
    async fn read<C>(conn: &mut C, ctx: &Context, account: UserId) -> Result<Self>
    where
        for<'c> &'c mut C: Into<Conn<'c>>,
    {
        Ok(Self {
            keys: api_keys_in_bulk::list_known(&mut *conn, account).await?,
            former: api_keys_in_bulk::list_in_grace(&mut *conn, account, ctx.now()).await?,
            room: create::fullness(ctx, conn, account).await?.map(|(limit, used)| (limit - used).max(0)),
        })
    }
}

/// A name within its environment.
type Named<'a> = (&'a str, Option<&'a str>);

/// What is there already, and what came in earlier lines.
struct Comparison<'a> {
    by_name: HashMap<Named<'a>, &'a Known>,
    by_print: HashMap<&'a [u8], &'a Known>,
    former: HashMap<&'a [u8], ApiKeyId>,
    names: HashMap<Named<'a>, usize>,
    prints: HashMap<&'a [u8], usize>,
}

impl<'a> Comparison<'a> {
    fn with(Held { keys: known, former, .. }: &'a Held) -> Self {
        Self {
            former: former.iter().map(|value| (value.fingerprint.as_slice(), value.key)).collect(),
            by_name: known.iter().map(|key| ((key.name.as_str(), key.environment.as_deref()), key)).collect(),
            by_print: known.iter().map(|key| (key.fingerprint.as_slice(), key)).collect(),
            names: HashMap::new(),
            prints: HashMap::new(),
        }
    }

    fn outcome(&mut self, entry: &'a Entry, print: &'a [u8; 32], change: impl FnOnce(ApiKeyId)) -> Outcome {
        let named = (entry.name.as_str(), entry.environment.as_deref());
        if let Some(line) = self.names.insert(named, entry.line) {
            return Outcome::Invalid(LineFault::DuplicateName(line));
        }
        if let Some(line) = self.prints.insert(print, entry.line) {
            return Outcome::Invalid(LineFault::RepeatedValue(line));
        }
        let key = self.by_name.get(&named);
        if self.former.get(print.as_slice()).is_some_and(|holder| key.is_none_or(|key| key.id != *holder)) {
            return Outcome::Invalid(LineFault::HeldValue);
        }
        match (key, self.by_print.get(print.as_slice())) {
            (Some(key), Some(holder)) if key.id == holder.id => Outcome::Same,
            (_, Some(_)) => Outcome::Invalid(LineFault::HeldValue),
            (Some(key), None) if key.kind == KeyKind::Generated => Outcome::Invalid(LineFault::GeneratedKey),
            (Some(key), None) => {
                change(key.id);
                Outcome::Changed
            }
            (None, None) => Outcome::New,
        }
    }
}

/// What storing needs.
struct Store<'a> {
    ctx: &'a Context,
    account: UserId,
    data_key: &'a AccountKey,
    /// New keys, encrypted, by the place of their line.
    prepared: HashMap<usize, Prepared>,
}

/// A new key, ready to be kept.
struct Prepared {
    key: ApiKey,
    sealed: SealedParts,
    fingerprint: [u8; 32],
}

impl Store<'_> {
    /// Encrypts what looks new.
    fn prepare(&mut self, file: &ImportFile, report: &Report) -> Result<()> {
        for (at, (entry, line)) in file.entries.iter().zip(&report.lines).enumerate() {
            if let (Ok(content), Outcome::New) = (&entry.content, &line.outcome) {
                self.prepared.insert(at, self.encrypt(entry, content)?);
            }
        }
        Ok(())
    }

    fn encrypt(&self, entry: &Entry, content: &Content) -> Result<Prepared> {
        let new = NewKey {
            name: entry.name.clone(),
            value: Some(content.value.clone()),
            provider: content.provider,
            provider_config: content.provider_config.clone(),
            environment: entry.environment.clone(),
            tags: content.tags.clone(),
            note: content.note.clone(),
            expires_at: content.expires_at,
            scopes: content.scopes.clone(),
            allowed_ips: Vec::new(),
            rate_limit: None,
        };
        let (created, sealed) = create::assemble(self.ctx, self.account, new, self.data_key)?;
        let fingerprint = fingerprint(self.ctx, self.account, content.value.expose())?;
        Ok(Prepared { key: ApiKey { enabled: content.enabled, ..created.key }, sealed, fingerprint })
    }

    /// Stores what is new or changed; what there is to record of it.
    async fn all(
        &mut self,
        tx: &mut Writer,
        file: &ImportFile,
        report: &Report,
        changed: &HashMap<usize, ApiKeyId>,
    ) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        for (at, (entry, line)) in file.entries.iter().zip(&report.lines).enumerate() {
            match (&entry.content, &line.outcome, changed.get(&at)) {
                (Ok(content), Outcome::New, _) => {
                    let prepared = match self.prepared.remove(&at) {
                        Some(prepared) => prepared,
                        // the key that had its name is gone since we looked
                        None => self.encrypt(entry, content)?,
                    };
                    events.push(self.add(tx, &prepared).await?);
                }
                (Ok(content), Outcome::Changed, Some(id)) => events.push(self.change(tx, *id, content).await?),
                _ => {}
            }
        }
        Ok(events)
    }

    async fn add(&self, tx: &mut Writer, Prepared { key, sealed, fingerprint }: &Prepared) -> Result<Event> {
        api_keys::insert(tx, key, fingerprint, sealed).await?;
        let event = Event::on_key(Action::KeyCreated, self.account, key.id)
            .with(Detail::Kind, key.kind.as_str())
            .with(Detail::Provider, key.provider.as_str())
            .with(Detail::By, Cause::Import.as_str());
        Ok(event)
    }

    async fn change(&self, tx: &mut Writer, id: ApiKeyId, content: &Content) -> Result<Event> {
        let key = api_keys::find(&mut *tx, self.account, id)
            .await?
            .ok_or_else(|| Error::internal("a key of an import is gone"))?;
        // nobody checks stored values with the vault: no grace
        let key = rotate::replace(self.ctx, tx, key, &content.value, 0).await?;
        Ok(Event::on_key(Action::KeyRotated, self.account, id)
            .with(Detail::Version, key.version)
            .with(Detail::By, Cause::Import.as_str()))
    }
}

fn summary(account: UserId, report: &Report) -> Event {
    let left_out = report.count(|outcome| matches!(outcome, Outcome::Invalid(_) | Outcome::LeftOut(_)));
    let event = Event::on_account(Action::KeysImported, Some(account))
        .with(Detail::Format, report.format.as_str())
        .with(Detail::New, report.count(|outcome| *outcome == Outcome::New))
        .with(Detail::Changed, report.count(|outcome| *outcome == Outcome::Changed))
        .with(Detail::Same, report.count(|outcome| *outcome == Outcome::Same));
    if left_out == 0 { event } else { event.with(Detail::LeftOut, left_out) }
}
