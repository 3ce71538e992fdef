//! Importing many keys: each line is compared with what is there, then all is stored in one transaction or nothing.
//!
//! An import that is sent again finds everything `same`, so it needs no `Idempotency-Key`. Each key that it makes or
//! changes has its own audit entry; one more says what the import did as a whole.

use std::collections::HashMap;

use super::{create, fingerprint, replace::replace_value};
use crate::{
    core::{
        context::Context,
        crypto::account::AccountKey,
        database::Writer,
        error::{Error, Result},
        texts::import_lines::LineFault,
    },
    models::{
        api_key::KeyKind,
        audit::Action,
        ids::{ApiKeyId, UserId},
        import::{Content, Entry, ImportFile, Line, Outcome, Report},
        key_requests::NewKey,
        permission::Permission,
    },
    repositories::{
        api_keys,
        api_keys_in_bulk::{self, Known},
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

/// Imports a file, or only tells what would become of it.
///
/// # Errors
/// `import_invalid` with the report where a line can not be stored; `PlanLimit`; `duplicate_value` or `duplicate_name`
/// where somebody stored the same at the same time.
pub async fn import(ctx: &Context, file: ImportFile, is_dry_run: bool) -> Result<Report> {
    ctx.require(Permission::WriteKeys)?;
    let account = ctx.account()?;
    let _turn = super::take_turn(ctx).await?;
    let prints = prints(ctx, account, &file)?;
    if is_dry_run {
        let mut reader = ctx.db().read().await?;
        let known = api_keys_in_bulk::list_known(&mut reader, account).await?;
        drop(reader);
        return Ok(plan(&file, &prints, &known, is_dry_run).report);
    }
    let data_key = account_keys::open_current(ctx, account).await?;
    let mut tx = ctx.write_for(Some(account)).await?;
    // two imports of one account take turns
    users::lock(&mut tx, account).await?;
    let known = api_keys_in_bulk::list_known(&mut tx, account).await?;
    let Plan { mut report, changed } = plan(&file, &prints, &known, is_dry_run);
    if report.is_faulty() {
        return Err(Error::Import(Box::new(report)));
    }
    let new = report.count(|outcome| *outcome == Outcome::New);
    create::keep_to_plan(ctx, &mut tx, account, i64::try_from(new).unwrap_or(i64::MAX)).await?;
    let store = Store { ctx, account, data_key: &data_key };
    let mut events = store.all(&mut tx, file, &report, &changed).await?;
    if !events.is_empty() {
        events.push(summary(account, &report));
        audit::record_all(&mut tx, ctx, events).await?;
    }
    tx.commit().await?;
    report.is_stored = true;
    Ok(report)
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
fn plan(file: &ImportFile, prints: &[Option<[u8; 32]>], known: &[Known], is_dry_run: bool) -> Plan {
    let mut comparison = Comparison::with(known);
    let mut plan = Plan {
        report: Report { is_dry_run, format: file.format, is_stored: false, lines: Vec::with_capacity(prints.len()) },
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
        let (line, name, environment) = (entry.line, entry.name.clone(), entry.environment.clone());
        plan.report.lines.push(Line { line, name, environment, outcome });
    }
    plan
}

/// A name within its environment.
type Named<'a> = (&'a str, Option<&'a str>);

/// What is there already, and what came in earlier lines.
struct Comparison<'a> {
    by_name: HashMap<Named<'a>, &'a Known>,
    by_print: HashMap<&'a [u8], &'a Known>,
    names: HashMap<Named<'a>, usize>,
    prints: HashMap<&'a [u8], usize>,
}

impl<'a> Comparison<'a> {
    fn with(known: &'a [Known]) -> Self {
        Self {
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
        match (self.by_name.get(&named), self.by_print.get(print.as_slice())) {
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
}

impl Store<'_> {
    /// Stores what is new or changed; what there is to record of it.
    async fn all(
        &self,
        tx: &mut Writer,
        file: ImportFile,
        report: &Report,
        changed: &HashMap<usize, ApiKeyId>,
    ) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        for (at, (entry, line)) in file.entries.into_iter().zip(&report.lines).enumerate() {
            let Ok(content) = entry.content else { continue };
            match (&line.outcome, changed.get(&at)) {
                (Outcome::New, _) => events.push(self.one(tx, entry.name, entry.environment, content).await?),
                (Outcome::Changed, Some(id)) => events.push(self.change(tx, *id, &content).await?),
                _ => {}
            }
        }
        Ok(events)
    }

    async fn one(&self, tx: &mut Writer, name: String, environment: Option<String>, content: Content) -> Result<Event> {
        let new = NewKey {
            name,
            value: Some(content.value),
            provider: content.provider,
            provider_config: content.provider_config,
            environment,
            tags: content.tags,
            note: content.note,
            expires_at: content.expires_at,
            scopes: content.scopes,
        };
        let (mut created, sealed) = create::assemble(self.ctx, self.account, new, self.data_key)?;
        created.key.enabled = content.enabled;
        let fingerprint = fingerprint(self.ctx, self.account, created.value.expose())?;
        api_keys::insert(tx, &created.key, &fingerprint, &sealed).await?;
        let event = Event::on_key(Action::KeyCreated, self.account, created.key.id)
            .with("kind", created.key.kind.as_str())
            .with("provider", created.key.provider.as_str())
            .with("by", "import");
        Ok(event)
    }

    async fn change(&self, tx: &mut Writer, id: ApiKeyId, content: &Content) -> Result<Event> {
        let key = api_keys::find(&mut *tx, self.account, id)
            .await?
            .ok_or_else(|| Error::internal("a key of an import is gone"))?;
        let key = replace_value(self.ctx, tx, self.data_key, key, &content.value).await?;
        Ok(Event::on_key(Action::KeyRotated, self.account, id).with("version", key.version).with("by", "import"))
    }
}

fn summary(account: UserId, report: &Report) -> Event {
    Event::on_account(Action::KeysImported, Some(account))
        .with("format", report.format.as_str())
        .with("new", report.count(|outcome| *outcome == Outcome::New))
        .with("changed", report.count(|outcome| *outcome == Outcome::Changed))
        .with("same", report.count(|outcome| *outcome == Outcome::Same))
}
