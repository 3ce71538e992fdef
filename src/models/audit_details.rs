//! What an entry of the trail tells besides: the names of its details and their words, closed lists both. A detail that is
//! not here can not be written, and one that is here has its words in both languages (`texts::console`).

use super::user::words;

words! {
    /// The name of a detail, in the order in which people read them.
    Detail {
        /// An account's first role.
        Role = "role",
        /// What it was before: a role, a plan, a state, the number of a version.
        From = "from",
        /// What it is now.
        To = "to",
        /// How many keys of an import are new.
        New = "new",
        /// What was changed: words of `ChangedField`; of an import, how many keys got another value.
        Changed = "changed",
        /// How many keys of an import were there already.
        Same = "same",
        /// How many lines of an import were left out.
        LeftOut = "left_out",
        /// How many keys.
        Keys = "keys",
        /// The form of a file.
        Format = "format",
        /// Of which environment keys were exported.
        Environment = "environment",
        /// Who made a key's value.
        Kind = "kind",
        /// A key's provider.
        Provider = "provider",
        /// The version whose value came back.
        Restored = "restored",
        /// The number of a key's newest version.
        Version = "version",
        /// How many former values stopped to count.
        Versions = "versions",
        /// How long the former value still counts.
        GraceSeconds = "grace_seconds",
        /// What a token allows.
        Scopes = "scopes",
        /// How many sessions ended.
        Sessions = "sessions",
        /// The session that did not end.
        Kept = "kept",
        /// How many tokens were revoked.
        Tokens = "tokens",
        /// How many recovery codes are left.
        Left = "left",
        /// How much, in the currency's smallest unit.
        Amount = "amount",
        /// The currency of an amount.
        Currency = "currency",
        /// Stripe's invoice.
        Invoice = "invoice",
        /// Stripe's subscription.
        Subscription = "subscription",
        /// Whether a subscription ends with its period.
        CancelAtPeriodEnd = "cancel_at_period_end",
        /// Stripe's customer.
        Customer = "customer",
        /// Stripe's checkout.
        Session = "session",
        /// What a subscription is for that is none of ours.
        Prices = "prices",
        /// Stripe's event.
        Event = "event",
        /// The type of Stripe's event.
        Type = "type",
        /// Why a message of Stripe was refused or changed nothing.
        Reason = "reason",
        /// What brought it about: a word of `Cause`.
        By = "by",
        /// The token for programs with which it was done.
        Program = "token_id",
    }
}

words! {
    /// What was changed.
    ChangedField {
        /// From where a key may be shown.
        AllowedIps = "allowed_ips",
        /// Whether a key counts.
        Enabled = "enabled",
        /// Where a key is used.
        Environment = "environment",
        /// When a key ends.
        ExpiresAt = "expires_at",
        /// The language of an account's mails.
        Language = "language",
        /// The name of a key or a person.
        Name = "name",
        /// A note on a key.
        Note = "note",
        /// Whose key it is.
        Provider = "provider",
        /// The provider's settings.
        ProviderConfig = "provider_config",
        /// How often a key may be shown.
        RateLimit = "rate_limit",
        /// What a key allows.
        Scopes = "scopes",
        /// A key's tags.
        Tags = "tags",
    }
}

words! {
    /// What brought an act about, where that is not plain.
    Cause {
        /// An import did it.
        Import = "import",
        /// The same request was sent again, and the first answer went out once more.
        Repeat = "idempotent repeat",
        /// Stripe said so.
        Stripe = "stripe",
    }
}
