//! The provider table: the list of all, and the entries from a to h.
//!
//! The rest is in `provider_catalogue_i_z.rs`. Prefixes follow each vendor's published formats;
//! lengths are generous, because vendors change them. A shape with an empty prefix is a note.

#[path = "provider_catalogue_i_z.rs"]
mod i_z;

use super::Charset::{Base62, Base62Upper, Base64, Dotted, HexLower, UrlSafe, Visible, Word};
use super::{Charset, ConfigField, Provider, Shape};

/// Every provider: `custom` first, the others in the order of their ids.
pub(super) static PROVIDERS: &[Provider] = &[
    CUSTOM,
    AIRTABLE,
    ANTHROPIC,
    AWS,
    AZURE,
    CLOUDFLARE,
    COHERE,
    DATADOG,
    DEEPSEEK,
    DIGITALOCEAN,
    DISCORD,
    DOCKER,
    DOPPLER,
    FLY,
    GCP,
    GITHUB,
    GITLAB,
    GROQ,
    HASHICORP,
    HEROKU,
    HUGGINGFACE,
    i_z::LINEAR,
    i_z::MAILGUN,
    i_z::MISTRAL,
    i_z::NETLIFY,
    i_z::NOTION,
    i_z::NPM,
    i_z::OPENAI,
    i_z::OPENROUTER,
    i_z::PERPLEXITY,
    i_z::POSTMARK,
    i_z::PYPI,
    i_z::REPLICATE,
    i_z::RESEND,
    i_z::SENDGRID,
    i_z::SENTRY,
    i_z::SHOPIFY,
    i_z::SLACK,
    i_z::STRIPE,
    i_z::SUPABASE,
    i_z::TELEGRAM,
    i_z::TWILIO,
    i_z::VERCEL,
    i_z::XAI,
];

const fn shape(prefix: &'static str, charset: Charset, min: usize, max: usize) -> Shape {
    Shape { prefix, charset, min, max }
}

const fn plain(name: &'static str) -> ConfigField {
    ConfigField { name, secret: false }
}

const fn secret(name: &'static str) -> ConfigField {
    ConfigField { name, secret: true }
}

/// The provider of the keys that are nobody's in this table.
pub(super) const CUSTOM: Provider = Provider { id: "custom", name: "Custom", website: "", shapes: &[], fields: &[] };

const AIRTABLE: Provider = Provider {
    id: "airtable",
    name: "Airtable",
    website: "https://airtable.com/create/tokens",
    // The old `key` + 14 is left a note: too many words look like it.
    shapes: &[shape("pat", Dotted, 79, 79), shape("", Base62, 17, 17)],
    fields: &[plain("base_id"), plain("table_id"), plain("client_id"), secret("client_secret")],
};

const ANTHROPIC: Provider = Provider {
    id: "anthropic",
    name: "Anthropic",
    website: "https://platform.claude.com/settings/keys",
    shapes: &[
        shape("sk-ant-api03-", UrlSafe, 20, 200),
        shape("sk-ant-admin01-", UrlSafe, 20, 200),
        shape("sk-ant-oat01-", UrlSafe, 20, 200),
        shape("sk-ant-ort01-", UrlSafe, 20, 200),
        shape("sk-ant-", UrlSafe, 20, 200),
    ],
    fields: &[plain("organization_id"), plain("workspace_id"), plain("base_url")],
};

const AWS: Provider = Provider {
    id: "aws",
    name: "Amazon Web Services",
    website: "https://console.aws.amazon.com/iam/home#/security_credentials",
    shapes: &[
        shape("AKIA", Base62Upper, 16, 16),
        shape("ASIA", Base62Upper, 16, 16),
        shape("ABSK", Base64, 100, 300),
        shape("bedrock-api-key-", Base64, 40, 4096),
        shape("", Base64, 40, 40),
    ],
    fields: &[
        plain("access_key_id"),
        plain("account_id"),
        plain("region"),
        plain("role_arn"),
        secret("secret_access_key"),
        secret("session_token"),
    ],
};

const AZURE: Provider = Provider {
    id: "azure",
    name: "Microsoft Azure",
    website: "https://portal.azure.com/",
    shapes: &[
        shape("DefaultEndpointsProtocol=", Visible, 60, 1024),
        shape("Endpoint=sb://", Visible, 60, 1024),
        shape("", HexLower, 32, 32),
        shape("", Visible, 40, 40),
        shape("", Base62, 84, 84),
        shape("", Base64, 88, 88),
    ],
    fields: &[
        plain("endpoint"),
        plain("deployment"),
        plain("tenant_id"),
        plain("client_id"),
        plain("subscription_id"),
        plain("resource_group"),
        plain("region"),
        plain("api_version"),
        secret("client_secret"),
        secret("connection_string"),
    ],
};

const CLOUDFLARE: Provider = Provider {
    id: "cloudflare",
    name: "Cloudflare",
    website: "https://dash.cloudflare.com/profile/api-tokens",
    shapes: &[
        shape("cfk_", UrlSafe, 37, 64),
        shape("cfut_", UrlSafe, 40, 64),
        shape("cfat_", UrlSafe, 40, 64),
        shape("v1.0-", UrlSafe, 150, 200),
        shape("0x4AAAAAAA", UrlSafe, 20, 40),
        shape("", UrlSafe, 40, 40),
        shape("", HexLower, 37, 37),
    ],
    fields: &[
        plain("account_id"),
        plain("zone_id"),
        plain("email"),
        plain("access_key_id"),
        secret("secret_access_key"),
    ],
};

const COHERE: Provider = Provider {
    id: "cohere",
    name: "Cohere",
    website: "https://dashboard.cohere.com/api-keys",
    shapes: &[shape("", Base62, 40, 40)],
    fields: &[plain("base_url")],
};

const DATADOG: Provider = Provider {
    id: "datadog",
    name: "Datadog",
    website: "https://app.datadoghq.com/organization-settings/api-keys",
    shapes: &[
        shape("ddpat_", Word, 24, 128),
        shape("ddsat_", Word, 24, 128),
        shape("ddapp_", Word, 24, 128),
        shape("ddap_", Word, 24, 128),
        shape("", HexLower, 32, 32),
        shape("", HexLower, 40, 40),
    ],
    fields: &[plain("site"), secret("app_key")],
};

const DEEPSEEK: Provider = Provider {
    id: "deepseek",
    name: "DeepSeek",
    website: "https://platform.deepseek.com/api_keys",
    // The same prefix as an old OpenAI key, which is longer: the length tells them apart.
    shapes: &[shape("sk-", HexLower, 32, 32)],
    fields: &[plain("base_url")],
};

const DIGITALOCEAN: Provider = Provider {
    id: "digitalocean",
    name: "DigitalOcean",
    website: "https://cloud.digitalocean.com/account/api/tokens",
    shapes: &[
        shape("dop_v1_", HexLower, 64, 64),
        shape("doo_v1_", HexLower, 64, 64),
        shape("dor_v1_", HexLower, 64, 64),
        shape("DO00", Base62Upper, 16, 16),
        shape("DO801", Base62Upper, 15, 15),
    ],
    fields: &[plain("project_id"), plain("region"), plain("spaces_access_key_id"), secret("spaces_secret_key")],
};

const DISCORD: Provider = Provider {
    id: "discord",
    name: "Discord",
    website: "https://discord.com/developers/applications",
    shapes: &[
        shape("https://discord.com/api/webhooks/", Visible, 78, 128),
        shape("https://discordapp.com/api/webhooks/", Visible, 78, 128),
        shape("", Dotted, 59, 80),
        shape("", UrlSafe, 32, 32),
    ],
    fields: &[
        plain("application_id"),
        plain("client_id"),
        plain("guild_id"),
        plain("public_key"),
        secret("client_secret"),
        secret("webhook_url"),
    ],
};

const DOCKER: Provider = Provider {
    id: "docker",
    name: "Docker Hub",
    website: "https://app.docker.com/settings/personal-access-tokens",
    shapes: &[shape("dckr_pat_", UrlSafe, 24, 64), shape("dckr_oat_", UrlSafe, 24, 64)],
    fields: &[plain("username"), plain("registry"), plain("organization")],
};

const DOPPLER: Provider = Provider {
    id: "doppler",
    name: "Doppler",
    website: "https://dashboard.doppler.com/",
    shapes: &[
        shape("dp.pt.", Base62, 36, 64),
        shape("dp.ct.", Base62, 36, 64),
        shape("dp.sa.", Base62, 36, 64),
        shape("dp.st.", Dotted, 36, 128),
        shape("dp.scim.", Base62, 36, 64),
        shape("dp.audit.", Base62, 36, 64),
    ],
    fields: &[plain("project"), plain("config"), plain("environment")],
};

const FLY: Provider = Provider {
    id: "fly",
    name: "Fly.io",
    website: "https://fly.io/dashboard/personal/tokens",
    shapes: &[
        shape("FlyV1 fm2_", Visible, 64, 8192),
        shape("FlyV1 fm1", Visible, 64, 8192),
        shape("fm2_", Visible, 64, 8192),
        shape("fm1r_", Visible, 64, 8192),
        shape("fm1a_", Visible, 64, 8192),
        shape("fo1_", UrlSafe, 40, 64),
    ],
    fields: &[plain("app_name"), plain("organization"), plain("region")],
};

const GCP: Provider = Provider {
    id: "gcp",
    name: "Google Cloud",
    website: "https://console.cloud.google.com/apis/credentials",
    shapes: &[
        shape("AIza", UrlSafe, 35, 35),
        shape("AQ.", UrlSafe, 40, 128),
        shape("GOCSPX-", UrlSafe, 28, 28),
        shape("ya29.", Dotted, 40, 2048),
    ],
    fields: &[
        plain("project_id"),
        plain("client_email"),
        plain("client_id"),
        plain("private_key_id"),
        plain("region"),
        secret("private_key"),
        secret("client_secret"),
    ],
};

const GITHUB: Provider = Provider {
    id: "github",
    name: "GitHub",
    website: "https://github.com/settings/tokens",
    shapes: &[
        shape("ghp_", Base62, 36, 255),
        shape("gho_", Base62, 36, 255),
        shape("ghu_", Dotted, 36, 1024),
        shape("ghs_", Dotted, 36, 1024),
        shape("ghr_", Base62, 36, 255),
        shape("github_pat_", Word, 60, 255),
    ],
    fields: &[
        plain("owner"),
        plain("repository"),
        plain("app_id"),
        plain("client_id"),
        plain("installation_id"),
        plain("base_url"),
        secret("client_secret"),
        secret("private_key"),
        secret("webhook_secret"),
    ],
};

const GITLAB: Provider = Provider {
    id: "gitlab",
    name: "GitLab",
    website: "https://gitlab.com/-/user_settings/personal_access_tokens",
    shapes: &[
        shape("glpat-", Dotted, 20, 300),
        shape("gldt-", Dotted, 20, 300),
        shape("glrt-", Dotted, 20, 300),
        shape("glrtr-", Dotted, 20, 300),
        shape("glcbt-", Dotted, 20, 2048),
        shape("glptt-", Dotted, 40, 300),
        shape("glft-", Dotted, 20, 300),
        shape("glimt-", Dotted, 20, 300),
        shape("glagent-", Dotted, 40, 300),
        shape("gloas-", Dotted, 40, 300),
        shape("glsoat-", Dotted, 20, 300),
        shape("glffct-", Dotted, 20, 300),
        shape("GR1348941", UrlSafe, 20, 20),
    ],
    fields: &[plain("base_url"), plain("project_id"), plain("group_id"), plain("username"), secret("webhook_secret")],
};

const GROQ: Provider = Provider {
    id: "groq",
    name: "Groq",
    website: "https://console.groq.com/keys",
    shapes: &[shape("gsk_", Base62, 40, 80)],
    fields: &[plain("base_url")],
};

const HASHICORP: Provider = Provider {
    id: "hashicorp",
    name: "HashiCorp",
    website: "https://portal.cloud.hashicorp.com/",
    shapes: &[
        shape("hvs.", UrlSafe, 24, 300),
        shape("hvb.", UrlSafe, 24, 512),
        shape("hvr.", UrlSafe, 24, 512),
        shape("s.", Base62, 24, 24),
        // Terraform: 14 characters, then `.atlasv1.`, then at least 60.
        shape("", Dotted, 80, 100),
    ],
    fields: &[
        plain("address"),
        plain("namespace"),
        plain("organization"),
        plain("workspace"),
        plain("role_id"),
        plain("client_id"),
        secret("secret_id"),
        secret("client_secret"),
    ],
};

const HEROKU: Provider = Provider {
    id: "heroku",
    name: "Heroku",
    website: "https://dashboard.heroku.com/account",
    shapes: &[shape("HRKU-", UrlSafe, 36, 80), shape("", UrlSafe, 36, 36)],
    fields: &[plain("app_name"), plain("team")],
};

const HUGGINGFACE: Provider = Provider {
    id: "huggingface",
    name: "Hugging Face",
    website: "https://huggingface.co/settings/tokens",
    shapes: &[shape("hf_", Base62, 30, 60), shape("api_org_", Base62, 30, 60)],
    fields: &[plain("organization"), plain("endpoint"), secret("webhook_secret")],
};
