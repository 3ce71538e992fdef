-- the keyring (wrapped keys alone), the API keys, and the answers kept for repeated requests

create table auth.deployment (
    id uuid not null primary key,
    "createdAt" timestamptz not null
);

create table auth.keyring (
    purpose text not null,
    version bigint not null,
    "wrappedBy" text not null,
    sealed bytea not null,
    "createdAt" timestamptz not null,
    primary key (purpose, version, "wrappedBy")
);

create table auth.account_keys (
    "userId" uuid not null references auth."user" (id) on delete cascade,
    version bigint not null,
    "rootVersion" bigint not null,
    sealed bytea not null,
    "createdAt" timestamptz not null,
    primary key ("userId", version)
);

create table auth.api_keys (
    id uuid not null primary key,
    "userId" uuid not null references auth."user" (id) on delete cascade,
    name text not null,
    kind text not null check (kind in ('stored', 'generated')),
    provider text not null,
    "providerConfig" text not null,
    "providerSecrets" bytea,
    environment text,
    tags text not null,
    note text,
    scopes text not null,
    prefix text not null,
    last4 text not null,
    "searchText" text not null,
    fingerprint bytea not null,
    sealed bytea not null,
    version bigint not null,
    revision bigint not null,
    enabled boolean not null,
    revoked boolean not null,
    "revokedAt" timestamptz,
    "expiresAt" timestamptz,
    "lastUsedAt" timestamptz,
    "createdAt" timestamptz not null,
    "updatedAt" timestamptz not null
);
create index api_keys_list on auth.api_keys ("userId", revoked, id);
create unique index api_keys_value on auth.api_keys ("userId", fingerprint) where not revoked;
create unique index api_keys_name on auth.api_keys ("userId", name, coalesce(environment, '')) where not revoked;

create table auth.idempotency_keys (
    "userId" uuid not null references auth."user" (id) on delete cascade,
    digest bytea not null,
    "requestDigest" bytea not null,
    sealed bytea not null,
    "createdAt" timestamptz not null,
    primary key ("userId", digest)
);
create index idempotency_keys_age on auth.idempotency_keys ("createdAt");
