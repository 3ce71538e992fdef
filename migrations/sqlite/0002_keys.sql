-- the keyring (wrapped keys alone), the API keys, and the answers kept for repeated requests

create table deployment (
    id blob not null primary key,
    "createdAt" text not null
) strict;

create table keyring (
    purpose text not null,
    version integer not null,
    "wrappedBy" text not null,
    sealed blob not null,
    "createdAt" text not null,
    primary key (purpose, version, "wrappedBy")
) strict;

create table account_keys (
    "userId" blob not null references "user" (id) on delete cascade,
    version integer not null,
    "rootVersion" integer not null,
    sealed blob not null,
    "createdAt" text not null,
    primary key ("userId", version)
) strict;

create table api_keys (
    id blob not null primary key,
    "userId" blob not null references "user" (id) on delete cascade,
    name text not null,
    kind text not null check (kind in ('stored', 'generated')),
    provider text not null,
    "providerConfig" text not null,
    "providerSecrets" blob,
    environment text,
    tags text not null,
    note text,
    scopes text not null,
    prefix text not null,
    last4 text not null,
    "searchText" text not null,
    fingerprint blob not null,
    sealed blob not null,
    version integer not null,
    revision integer not null,
    enabled integer not null,
    revoked integer not null,
    "revokedAt" text,
    "expiresAt" text,
    "lastUsedAt" text,
    "createdAt" text not null,
    "updatedAt" text not null
) strict;
create index api_keys_list on api_keys ("userId", revoked, id);
create unique index api_keys_value on api_keys ("userId", fingerprint) where not revoked;
create unique index api_keys_name on api_keys ("userId", name, coalesce(environment, '')) where not revoked;

create table idempotency_keys (
    "userId" blob not null references "user" (id) on delete cascade,
    digest blob not null,
    "requestDigest" blob not null,
    sealed blob not null,
    "createdAt" text not null,
    primary key ("userId", digest)
) strict;
create index idempotency_keys_age on idempotency_keys ("createdAt");
