//! The options of the commands for single keys and for lists of them.

use clap::Args;

#[derive(Args)]
pub struct ListOptions {
    #[command(flatten)]
    pub place: Place,
    /// Those of a provider, as openai
    #[arg(long)]
    pub provider: Option<String>,
    /// Those with this tag
    #[arg(long)]
    pub tag: Option<String>,
    /// Those in which this text stands
    #[arg(short, long, value_name = "TEXT")]
    pub query: Option<String>,
    /// Those that expire within so many days
    #[arg(long, value_name = "DAYS")]
    pub expiring: Option<u32>,
    /// Those that nobody used for so many days
    #[arg(long, value_name = "DAYS")]
    pub unused: Option<u32>,
    /// Revoked keys in place of active ones
    #[arg(long)]
    pub revoked: bool,
    /// At most so many
    #[arg(long)]
    pub limit: Option<usize>,
}

#[derive(Args)]
pub struct Place {
    /// The environment, as production
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
}

impl Place {
    pub fn name(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

#[derive(Args)]
pub struct NamedKey {
    /// The key's name or identifier
    pub name: String,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args)]
pub struct GetOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// Print the value, which is recorded in the trail
    #[arg(long)]
    pub reveal: bool,
}

#[derive(Args)]
pub struct SetOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// Where it exists, store the value as its new version without asking
    #[arg(long)]
    pub update: bool,
    /// The provider; else the value's shape tells
    #[arg(long)]
    pub provider: Option<String>,
    #[command(flatten)]
    pub words: Words,
}

#[derive(Args)]
pub struct Words {
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// When it expires: 90d, 12h, 2027-01-31
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<String>,
}

#[derive(Args)]
pub struct GenerateOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// What it may be used for; may be given several times
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// How often it verifies, as 100/60s
    #[arg(long, value_name = "COUNT/SPAN")]
    pub limit: Option<String>,
    /// An address or network it may be used from; may be given several times
    #[arg(long = "allow-ip", value_name = "IP")]
    pub allowed_ips: Vec<String>,
    #[command(flatten)]
    pub words: Words,
}

#[derive(Args)]
pub struct RotateOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// How long the former value still verifies, as 24h; 0 ends it at once
    #[arg(long, value_name = "SPAN", conflicts_with = "end_grace")]
    pub grace: Option<String>,
    /// End the time in which the former value verifies, and change nothing else
    #[arg(long)]
    pub end_grace: bool,
}

#[derive(Args)]
pub struct RestoreOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// The version's number
    pub version: u32,
}

#[derive(Args)]
pub struct RevokeOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args)]
pub struct VerifyOptions {
    /// What it must be good for
    #[arg(long)]
    pub scope: Option<String>,
    /// The address it is used from
    #[arg(long)]
    pub ip: Option<String>,
}

#[derive(Args)]
pub struct UsageOptions {
    #[command(flatten)]
    pub key: NamedKey,
    /// How many days, 90 at most
    #[arg(long, default_value_t = 30, hide_default_value = true)]
    pub days: u32,
}
