//! Who acts, from where, when, and with what: the first argument of every service function.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    app::App,
    client::Client,
    database::{Db, Writer},
    error::{Limited, Result},
    limits::Tally,
    texts::problems::Code,
};
use crate::models::{
    ids::{SessionId, UserId},
    permission::Permission,
    program_token::Program,
    session::SignedIn,
    user::User,
};

/// The context of one act.
#[derive(Clone)]
pub struct Context {
    app: App,
    client: Client,
    actor: Actor,
    now: DateTime<Utc>,
    tally: Option<Arc<Tally>>,
}

/// Who acts.
#[derive(Clone)]
pub enum Actor {
    /// Somebody who has not signed in.
    Visitor,
    /// A person who has.
    Member(SignedIn),
    /// A program with a token of an account.
    Program(Program),
    /// The operator, at the command line, or the server itself.
    Operator,
}

impl Context {
    /// An act of `actor` that begins now.
    #[must_use]
    pub fn new(app: App, client: Client, actor: Actor) -> Self {
        let now = app.clock.now();
        Self { app, client, actor, now, tally: None }
    }

    /// The same act, whose answer tells what it counted against.
    #[must_use]
    pub fn tallied(mut self, tally: Option<Arc<Tally>>) -> Self {
        self.tally = tally;
        self
    }

    /// Notes a limit that the act counted against.
    pub fn note(&self, limited: Limited) {
        if let Some(tally) = &self.tally {
            tally.note(limited);
        }
    }

    /// Refuses what the actor may not do.
    ///
    /// # Errors
    /// `Unauthenticated` for a visitor, `Forbidden` for a member whose role does not allow it, `insufficient_scope` for a
    /// program whose token does not, `email_not_verified` for an account whose address must be proved first,
    /// `mfa_setup_required` for one that must set up a second factor first.
    pub fn require(&self, permission: Permission) -> Result<()> {
        match &self.actor {
            Actor::Operator => Ok(()),
            Actor::Visitor => Err(Code::Unauthenticated.into()),
            Actor::Member(member) if !member.user.role.permits(permission) => Err(Code::Forbidden.into()),
            Actor::Member(member) => self.require_proofs(&member.user, permission),
            Actor::Program(program) if !program.permits(permission) => Err(Code::InsufficientScope.into()),
            Actor::Program(program) => self.require_proofs(&program.user, permission),
        }
    }

    /// Refuses all but giving the proofs that are still missing: of the address, and a second factor.
    fn require_proofs(&self, user: &User, permission: Permission) -> Result<()> {
        let config = &self.app.config;
        if config.require_verified_email && !user.email_verified && !permission.is_open_to_unverified() {
            return Err(Code::EmailNotVerified.into());
        }
        let lacks = user.second_factor_at.is_none() && config.proof.require_mfa.asks(user.role);
        if lacks && !permission.is_open_without_second_factor() {
            return Err(Code::MfaSetupRequired.into());
        }
        Ok(())
    }

    /// The member who acts: a person, not a program.
    ///
    /// # Errors
    /// `Unauthenticated` where nobody has signed in; `insufficient_scope` for a program.
    pub fn member(&self) -> Result<&SignedIn> {
        match &self.actor {
            Actor::Member(member) => Ok(member),
            Actor::Program(_) => Err(Code::InsufficientScope.into()),
            Actor::Visitor | Actor::Operator => Err(Code::Unauthenticated.into()),
        }
    }

    /// The program that acts, if it is one.
    #[must_use]
    pub fn program(&self) -> Option<&Program> {
        if let Actor::Program(program) = &self.actor { Some(program) } else { None }
    }

    /// The account of the person or program that acts, as it was when last read.
    ///
    /// # Errors
    /// `Unauthenticated` where nobody has signed in.
    pub fn user(&self) -> Result<&User> {
        match &self.actor {
            Actor::Member(member) => Ok(&member.user),
            Actor::Program(program) => Ok(&program.user),
            Actor::Visitor | Actor::Operator => Err(Code::Unauthenticated.into()),
        }
    }

    /// The identifier of the account of the person or program that acts.
    ///
    /// # Errors
    /// `Unauthenticated` where nobody has signed in.
    pub fn account(&self) -> Result<UserId> {
        Ok(self.user()?.id)
    }

    /// The session of the member who acts.
    ///
    /// # Errors
    /// `Unauthenticated` where nobody has signed in.
    pub fn session(&self) -> Result<SessionId> {
        Ok(self.member()?.session)
    }

    /// The account of whoever acts, if there is one.
    #[must_use]
    pub fn actor_id(&self) -> Option<UserId> {
        self.account().ok()
    }

    /// Whether the operator or the server itself acts.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        matches!(self.actor, Actor::Operator)
    }

    /// When the act began.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A new identifier.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.app.ids.next(self.now)
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.app.db
    }

    /// An open transaction for an act that concerns this account; `None` for nobody's.
    ///
    /// # Errors
    /// `Unavailable`, `Busy`.
    pub async fn write_for(&self, account: Option<UserId>) -> Result<Writer> {
        self.app.db.write_for(account.map_or(Uuid::nil(), |account| account.0)).await
    }

    /// The handles of the running server.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Who sent the request.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}
