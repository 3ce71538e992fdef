//! Tokens for programs: making, listing, revoking, and admitting the program that shows one. See
//! `models::program_token` for their states.

use chrono::TimeDelta;

use super::{
    audit::{self, Event},
    sessions, step_up,
};
use crate::{
    core::{
        app::App, client::Client, context::Context, crypto::keyring::Keyring, database::Writer, error::Result,
        texts::problems::Code,
    },
    models::{
        api_key::last4,
        audit::Action,
        audit_details::Detail,
        ids::{ProgramTokenId, UserId},
        page::{Page, PageRequest},
        permission::Permission,
        program_token::{
            self, CreatedToken, FormName, MOST_TOKENS, NewToken, PREFIX, Program, ProgramToken, TokenScope,
            is_well_formed,
        },
    },
    repositories::{program_tokens, users},
};

/// How long a revoked or expired token is still listed.
pub(super) const KEPT_FOR: TimeDelta = TimeDelta::days(90);

/// How long a form that is sent again is answered again.
const SENT_TWICE: TimeDelta = TimeDelta::minutes(10);

/// How long a form makes a token. It has to be shorter than `KEPT_FOR`: a form that was held longer would make the token
/// again that it had made, after nobody knows any more that it was revoked.
pub const FORM_LIFE: TimeDelta = TimeDelta::days(1);
const _: () = assert!(FORM_LIFE.num_seconds() < KEPT_FOR.num_seconds());

/// Makes a token. One that shows values asks for a fresh sign-in, since the program that holds it is never asked. `once`
/// names the form that asks for it: sent twice within ten minutes, it makes one token and is answered alike.
///
/// # Errors
/// `reauthentication_required`; `too_many_tokens`; `idempotency_key_reused` where the form says something else by now,
/// what it made is revoked or older, or the form itself is older than `FORM_LIFE`.
pub async fn create(ctx: &Context, new: NewToken, once: Option<FormName>) -> Result<CreatedToken> {
    ctx.require(Permission::ManageTokens)?;
    if new.scopes.contains(&TokenScope::Reveal) {
        step_up::require(ctx)?;
    }
    if once.is_some_and(|once| !once.is_fresh(ctx.now(), FORM_LIFE)) {
        return Err(Code::IdempotencyKeyReused.into());
    }
    let account = ctx.account()?;
    let keyring = ctx.app().keyring()?;
    let value = match once {
        Some(once) => {
            let parts: [&[u8]; 3] = [b"program token of a form", account.0.as_bytes(), once.0.as_bytes()];
            program_token::of_bytes(&keyring.token().sign(&parts))
        }
        None => program_token::generate()?,
    };
    let token = ProgramToken {
        id: ProgramTokenId(ctx.new_id()),
        user_id: account,
        name: new.name,
        scopes: new.scopes,
        allowed_ips: new.allowed_ips,
        prefix: PREFIX.into(),
        last4: last4(value.expose()),
        expires_at: new.expires_at,
        last_used_at: None,
        last_used_ip: String::new(),
        created_at: ctx.now(),
        revoked_at: None,
    };
    let digest = digest(keyring, value.expose());
    let mut tx = ctx.write_for(Some(account)).await?;
    // two at once must not pass the limit together
    users::lock(&mut tx, account).await?;
    if once.is_some()
        && let Some(made) = program_tokens::find_by_digest(&mut tx, account, &digest).await?
    {
        let is_same = is_same(&made, &token);
        return if is_same { Ok(CreatedToken { token: made, value }) } else { Err(Code::IdempotencyKeyReused.into()) };
    }
    if program_tokens::count_active(&mut tx, account, ctx.now()).await? >= MOST_TOKENS {
        return Err(Code::TooManyTokens.into());
    }
    program_tokens::insert(&mut tx, &token, &digest).await?;
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    audit::record(&mut tx, ctx, Event::on_token(Action::TokenCreated, account, token.id).with(Detail::Scopes, scopes))
        .await?;
    tx.commit().await?;
    Ok(CreatedToken { token, value })
}

/// Whether a token was made a moment ago as this one would be.
fn is_same(made: &ProgramToken, asked: &ProgramToken) -> bool {
    let near = |earlier, later| (later - earlier) <= SENT_TWICE;
    let ends_alike = match (made.expires_at, asked.expires_at) {
        // so many days from now are a moment later the second time
        (Some(first), Some(second)) => near(first, second) && first <= second,
        (None, None) => true,
        _ => false,
    };
    made.revoked_at.is_none()
        && near(made.created_at, asked.created_at)
        && ends_alike
        && made.name == asked.name
        && made.scopes == asked.scopes
        && made.allowed_ips == asked.allowed_ips
}

/// The member's tokens, active or revoked ones, newest first.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn list(ctx: &Context, is_revoked: bool, page: PageRequest) -> Result<Page<ProgramToken>> {
    ctx.require(Permission::ManageTokens)?;
    let mut rows = program_tokens::list(&mut ctx.db().read().await?, ctx.account()?, is_revoked, page).await?;
    // what this server has not written down yet
    let seen = ctx.app().programs_seen.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    for row in &mut rows {
        if let Some((at, ip)) = seen.get(&row.id).filter(|(at, _)| row.last_used_at.is_none_or(|before| before < *at)) {
            row.last_used_at = Some(*at);
            row.last_used_ip.clone_from(ip);
        }
    }
    drop(seen);
    Ok(Page::cut(rows, page.limit, |token| token.id.0))
}

/// Revokes one of the member's tokens, for good. One that is revoked already stays so.
///
/// # Errors
/// `not_found` where the member has no such token.
pub async fn revoke(ctx: &Context, id: ProgramTokenId) -> Result<()> {
    ctx.require(Permission::ManageTokens)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    if program_tokens::set_revoked(&mut tx, account, id, ctx.now()).await? {
        audit::record(&mut tx, ctx, Event::on_token(Action::TokenRevoked, account, id)).await?;
    } else if !program_tokens::exists(&mut tx, account, id).await? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    Ok(())
}

/// Revokes all tokens of an account that may have been in other hands; `forget_account` has to follow the commit.
///
/// # Errors
/// As the database fails.
pub(super) async fn revoke_all(tx: &mut Writer, ctx: &Context, account: UserId) -> Result<()> {
    let revoked = program_tokens::set_all_revoked(tx, account, ctx.now()).await?;
    if revoked > 0 {
        audit::record(tx, ctx, Event::on_account(Action::TokensRevoked, Some(account)).with(Detail::Tokens, revoked))
            .await?;
    }
    Ok(())
}

/// The program that shows this token, from memory where nothing changed.
///
/// # Errors
/// `Unauthenticated`; `token_expired`; `forbidden_ip`; `Unavailable` where the database must be asked and is away.
pub async fn authenticate(app: &App, client: &Client, token: &str) -> Result<Program> {
    if !is_well_formed(token) {
        return Err(Code::Unauthenticated.into());
    }
    let digest = digest(app.keyring()?, token);
    // what was missing may have been proved on another server a moment ago
    let known = app.sessions.get_program(&digest).filter(|known| !sessions::lacks_proof(app, &known.user));
    let program = if let Some(program) = known {
        program
    } else {
        // apart: the usual way, from memory, is the smaller and quicker for it
        Box::pin(find_program(app, digest)).await?
    };
    let now = app.clock.now();
    if program.token.expires_at.is_some_and(|end| end <= now) {
        return Err(Code::TokenExpired.into());
    }
    if !program.token.allowed_ips.allow(client.ip) {
        return Err(Code::ForbiddenIp.into());
    }
    let mut seen = app.programs_seen.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    seen.insert(program.token.id, (now, client.ip_text()));
    drop(seen);
    Ok(program)
}

async fn find_program(app: &App, digest: [u8; 32]) -> Result<Program> {
    let began = app.sessions.generation();
    let found = program_tokens::find_program(&mut app.db.read().await?, &digest).await?;
    let found = found.ok_or(Code::Unauthenticated)?;
    app.sessions.keep_program(began, digest, found.clone());
    Ok(found)
}

/// Writes down which tokens were used.
///
/// # Errors
/// As the database fails; what was not written is noted again at the tokens' next use.
pub async fn write_last_used(ctx: &Context) -> Result<()> {
    let taken =
        std::mem::take(&mut *ctx.app().programs_seen.write().unwrap_or_else(std::sync::PoisonError::into_inner));
    if taken.is_empty() {
        return Ok(());
    }
    let mut taken: Vec<_> = taken.into_iter().collect();
    // always in the same order, so that two servers never wait for each other
    taken.sort_unstable();
    let mut tx = ctx.db().write().await?;
    for (id, (at, ip)) in taken {
        program_tokens::set_last_used(&mut tx, id, at, &ip).await?;
    }
    tx.commit().await
}

/// What is kept of a token.
fn digest(keyring: &Keyring, token: &str) -> [u8; 32] {
    keyring.token().sign(&[b"program token", token.as_bytes()])
}
