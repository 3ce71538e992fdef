//! The provider table from i to z; the list of all is in `provider_catalogue.rs`.

use super::{Base62, Base64, Dotted, HexLower, Provider, UrlSafe, Visible, Word, plain, secret, shape};

pub(super) const LINEAR: Provider = Provider {
    id: "linear",
    name: "Linear",
    website: "https://linear.app/settings/account/security",
    shapes: &[shape("lin_api_", Base62, 32, 64), shape("lin_oauth_", Base62, 32, 80), shape("lin_wh_", Base62, 32, 64)],
    fields: &[
        plain("workspace_id"),
        plain("team_id"),
        plain("client_id"),
        secret("client_secret"),
        secret("webhook_secret"),
    ],
};

pub(super) const MAILGUN: Provider = Provider {
    id: "mailgun",
    name: "Mailgun",
    website: "https://app.mailgun.com/settings/api_security",
    shapes: &[
        shape("key-", HexLower, 32, 32),
        shape("pubkey-", HexLower, 32, 32),
        // 32 hexadecimal digits, then `-` and 8, twice.
        shape("", UrlSafe, 50, 50),
    ],
    fields: &[
        plain("domain"),
        plain("region"),
        plain("base_url"),
        secret("webhook_signing_key"),
        secret("smtp_password"),
    ],
};

pub(super) const MISTRAL: Provider = Provider {
    id: "mistral",
    name: "Mistral AI",
    website: "https://console.mistral.ai/api-keys",
    shapes: &[shape("", Base62, 32, 32)],
    fields: &[plain("workspace_id"), plain("base_url")],
};

pub(super) const NETLIFY: Provider = Provider {
    id: "netlify",
    name: "Netlify",
    website: "https://app.netlify.com/user/applications#personal-access-tokens",
    shapes: &[
        shape("nfp_", UrlSafe, 32, 64),
        shape("nfc_", UrlSafe, 32, 64),
        shape("nfo_", UrlSafe, 32, 64),
        shape("nfb_", UrlSafe, 32, 64),
        shape("nfu_", UrlSafe, 32, 64),
        shape("", UrlSafe, 43, 45),
    ],
    fields: &[plain("site_id"), plain("team"), plain("client_id"), secret("client_secret")],
};

pub(super) const NOTION: Provider = Provider {
    id: "notion",
    name: "Notion",
    website: "https://www.notion.so/profile/integrations",
    shapes: &[shape("ntn_", Base62, 40, 60), shape("secret_", Base62, 43, 43)],
    fields: &[plain("workspace_id"), plain("database_id"), plain("client_id"), secret("client_secret")],
};

pub(super) const NPM: Provider = Provider {
    id: "npm",
    name: "npm",
    website: "https://www.npmjs.com/settings/~/tokens",
    shapes: &[shape("npm_", Base62, 36, 64), shape("", UrlSafe, 36, 36)],
    fields: &[plain("registry"), plain("scope"), plain("username")],
};

pub(super) const OPENAI: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    website: "https://platform.openai.com/api-keys",
    shapes: &[
        shape("sk-proj-", UrlSafe, 20, 255),
        shape("sk-svcacct-", UrlSafe, 20, 255),
        shape("sk-admin-", UrlSafe, 20, 255),
        shape("sk-None-", UrlSafe, 20, 255),
        shape("sk-", Base62, 40, 56),
    ],
    fields: &[plain("organization_id"), plain("project_id"), plain("base_url"), secret("webhook_secret")],
};

pub(super) const OPENROUTER: Provider = Provider {
    id: "openrouter",
    name: "OpenRouter",
    website: "https://openrouter.ai/settings/keys",
    shapes: &[shape("sk-or-v1-", HexLower, 64, 64), shape("sk-or-", UrlSafe, 32, 128)],
    fields: &[plain("base_url")],
};

pub(super) const PERPLEXITY: Provider = Provider {
    id: "perplexity",
    name: "Perplexity",
    website: "https://www.perplexity.ai/settings/api",
    shapes: &[shape("pplx-", Base62, 40, 64)],
    fields: &[plain("base_url")],
};

pub(super) const POSTMARK: Provider = Provider {
    id: "postmark",
    name: "Postmark",
    website: "https://account.postmarkapp.com/servers",
    shapes: &[shape("", UrlSafe, 36, 36)],
    fields: &[plain("server_id"), plain("message_stream"), secret("account_token")],
};

pub(super) const PYPI: Provider = Provider {
    id: "pypi",
    name: "PyPI",
    website: "https://pypi.org/manage/account/",
    shapes: &[shape("pypi-", UrlSafe, 64, 1024)],
    fields: &[plain("project"), plain("username"), plain("repository_url")],
};

pub(super) const REPLICATE: Provider = Provider {
    id: "replicate",
    name: "Replicate",
    website: "https://replicate.com/account/api-tokens",
    shapes: &[shape("r8_", Base62, 32, 48)],
    fields: &[plain("username"), secret("webhook_secret")],
};

pub(super) const RESEND: Provider = Provider {
    id: "resend",
    name: "Resend",
    website: "https://resend.com/api-keys",
    shapes: &[shape("re_", Word, 30, 48)],
    fields: &[plain("domain"), plain("region"), secret("webhook_secret")],
};

pub(super) const SENDGRID: Provider = Provider {
    id: "sendgrid",
    name: "SendGrid",
    website: "https://app.sendgrid.com/settings/api_keys",
    shapes: &[shape("SG.", Dotted, 60, 72)],
    fields: &[plain("domain"), plain("region"), plain("webhook_public_key")],
};

pub(super) const SENTRY: Provider = Provider {
    id: "sentry",
    name: "Sentry",
    website: "https://sentry.io/settings/account/api/auth-tokens/",
    shapes: &[
        shape("sntrys_", Visible, 60, 512),
        shape("sntryu_", HexLower, 64, 64),
        shape("sntrya_", HexLower, 64, 64),
        shape("sntryi_", HexLower, 64, 64),
        shape("", HexLower, 64, 64),
    ],
    fields: &[plain("dsn"), plain("organization"), plain("project"), plain("base_url"), secret("client_secret")],
};

pub(super) const SHOPIFY: Provider = Provider {
    id: "shopify",
    name: "Shopify",
    website: "https://dev.shopify.com/dashboard",
    shapes: &[
        shape("shpat_", Base62, 32, 64),
        shape("shpca_", Base62, 32, 64),
        shape("shppa_", Base62, 32, 64),
        shape("shpss_", Base62, 32, 64),
        shape("shpua_", Base62, 32, 64),
        shape("", HexLower, 32, 32),
    ],
    fields: &[
        plain("shop_domain"),
        plain("api_version"),
        plain("client_id"),
        secret("client_secret"),
        secret("webhook_secret"),
    ],
};

pub(super) const SLACK: Provider = Provider {
    id: "slack",
    name: "Slack",
    website: "https://api.slack.com/apps",
    shapes: &[
        shape("xoxb-", UrlSafe, 20, 255),
        shape("xoxp-", UrlSafe, 20, 255),
        shape("xoxa-", UrlSafe, 20, 255),
        shape("xoxr-", UrlSafe, 20, 255),
        shape("xoxs-", UrlSafe, 20, 255),
        shape("xoxc-", UrlSafe, 20, 255),
        shape("xoxe-", UrlSafe, 20, 512),
        shape("xoxe.xoxb-", UrlSafe, 20, 512),
        shape("xoxe.xoxp-", UrlSafe, 20, 512),
        shape("xapp-", UrlSafe, 20, 255),
        shape("xwfp-", UrlSafe, 20, 255),
        shape("https://hooks.slack.com/", Visible, 40, 255),
        shape("", HexLower, 32, 32),
    ],
    fields: &[
        plain("team_id"),
        plain("app_id"),
        plain("client_id"),
        plain("channel"),
        secret("client_secret"),
        secret("signing_secret"),
        secret("webhook_url"),
    ],
};

pub(super) const STRIPE: Provider = Provider {
    id: "stripe",
    name: "Stripe",
    website: "https://dashboard.stripe.com/apikeys",
    shapes: &[
        shape("sk_live_", Base62, 16, 255),
        shape("sk_test_", Base62, 16, 255),
        shape("rk_live_", Base62, 16, 255),
        shape("rk_test_", Base62, 16, 255),
        shape("pk_live_", Base62, 16, 255),
        shape("pk_test_", Base62, 16, 255),
        shape("sk_org_", Word, 20, 255),
        shape("whsec_", Base64, 24, 128),
    ],
    fields: &[plain("account_id"), plain("publishable_key"), plain("api_version"), secret("webhook_secret")],
};

pub(super) const SUPABASE: Provider = Provider {
    id: "supabase",
    name: "Supabase",
    website: "https://supabase.com/dashboard/project/_/settings/api-keys",
    shapes: &[
        shape("sbp_", Word, 40, 64),
        shape("sb_secret_", UrlSafe, 20, 64),
        shape("sb_publishable_", UrlSafe, 20, 64),
        shape("", Dotted, 150, 300),
    ],
    fields: &[
        plain("url"),
        plain("anon_key"),
        plain("publishable_key"),
        plain("project_ref"),
        plain("region"),
        secret("service_role_key"),
        secret("secret_key"),
        secret("jwt_secret"),
        secret("database_password"),
    ],
};

pub(super) const TELEGRAM: Provider = Provider {
    id: "telegram",
    name: "Telegram",
    website: "https://t.me/BotFather",
    // The bot's number, then `:` and 35 characters.
    shapes: &[shape("", Visible, 43, 47)],
    fields: &[plain("bot_username"), plain("chat_id"), secret("webhook_secret")],
};

pub(super) const TWILIO: Provider = Provider {
    id: "twilio",
    name: "Twilio",
    website: "https://console.twilio.com/",
    shapes: &[shape("SK", HexLower, 32, 32), shape("AC", HexLower, 32, 32), shape("", HexLower, 32, 32)],
    fields: &[
        plain("account_sid"),
        plain("api_key_sid"),
        plain("phone_number"),
        plain("region"),
        secret("auth_token"),
        secret("api_key_secret"),
    ],
};

pub(super) const VERCEL: Provider = Provider {
    id: "vercel",
    name: "Vercel",
    website: "https://vercel.com/account/settings/tokens",
    shapes: &[
        shape("vcp_", UrlSafe, 20, 128),
        shape("vci_", UrlSafe, 20, 128),
        shape("vca_", UrlSafe, 20, 128),
        shape("vcr_", UrlSafe, 20, 128),
        shape("vck_", UrlSafe, 20, 128),
        shape("vercel_blob_rw_", Word, 32, 96),
        shape("", Base62, 24, 24),
    ],
    fields: &[plain("team_id"), plain("project_id"), plain("organization_id"), secret("webhook_secret")],
};

pub(super) const XAI: Provider = Provider {
    id: "xai",
    name: "xAI",
    website: "https://console.x.ai/",
    shapes: &[shape("xai-", UrlSafe, 20, 200)],
    fields: &[plain("team_id"), plain("base_url")],
};
