//! What the command line understands.

use clap::{Parser, Subcommand};

/// The server where developers and small companies keep their API keys.
#[derive(Parser)]
#[command(
    name = "vault-api",
    version,
    about,
    after_help = "Configuration comes from environment variables and a .env file: see docs/configuration.md."
)]
pub(super) struct Arguments {
    /// What to do; without a command, `serve`.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run the server.
    Serve(ServeOptions),
    /// Bring the database to this version's schema and exit.
    Migrate,
    /// Check the whole configuration and the database, and say in plain words what is wrong.
    Check,
    /// Print the OpenAPI 3.1 document.
    Openapi,
    /// Print a fresh key for `CRYPTO_MASTER_KEY`.
    GenerateKey,
    /// The first administrator, and repairs.
    Admin {
        #[command(subcommand)]
        act: AdminAct,
    },
    /// The mails that the server sends.
    Mail {
        #[command(subcommand)]
        act: MailAct,
    },
    /// What accounts pay for, at Stripe.
    Billing {
        #[command(subcommand)]
        act: BillingAct,
    },
    /// The audit trail.
    Audit {
        #[command(subcommand)]
        act: AuditAct,
    },
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(ServeOptions { host: None, port: None, stripe: None })
    }
}

#[derive(clap::Args)]
pub(super) struct ServeOptions {
    /// The address to listen on; wins over HOST.
    #[arg(long, value_parser = host)]
    pub(super) host: Option<String>,
    /// The port to listen on; wins over PORT. 0 picks a free one.
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Play Stripe inside the server, to try billing out without an account; for development alone.
    #[arg(long)]
    pub(super) stripe: Option<StripeWay>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StripeWay {
    /// A stand-in, under /simulated-stripe/ of this server: no money moves.
    Simulated,
}

fn host(text: &str) -> Result<String, String> {
    if text == "localhost" || text.parse::<std::net::IpAddr>().is_ok() {
        Ok(text.into())
    } else {
        Err("must be an IP address, as 127.0.0.1 or 0.0.0.0".into())
    }
}

#[derive(Subcommand)]
pub(super) enum AdminAct {
    /// Make an administrator; without --password-stdin a password is made up and printed.
    Create {
        /// The new account's address.
        #[arg(long)]
        email: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take an account's second factor away, for somebody who lost phone and recovery codes; the owner gets a mail.
    ResetMfa {
        /// The account's address.
        email: String,
    },
    /// Give an account another role.
    SetRole {
        /// The account's address.
        email: String,
        /// user, support or admin.
        role: String,
    },
    /// Give an account another plan.
    SetPlan {
        /// The account's address.
        email: String,
        /// FREE or PRO.
        plan: String,
    },
}

#[derive(Subcommand)]
pub(super) enum MailAct {
    /// Send a test mail right away, the configured way, and say how it went.
    Test {
        /// To whom.
        address: String,
        /// The mail's language: en or fr.
        #[arg(long, default_value = "en", value_parser = ["en", "fr"])]
        language: String,
    },
}

#[derive(Subcommand)]
pub(super) enum BillingAct {
    /// Ask Stripe about every account, mend what was missed and say what changed; safe while servers run.
    Reconcile,
}

#[derive(Subcommand)]
pub(super) enum AuditAct {
    /// Check the whole audit chain; exit 1 and the first bad entry if it was tampered with.
    Verify,
}
