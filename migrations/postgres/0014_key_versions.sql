-- earlier values of keys; the current one stands in the key

create table auth.key_versions (
    "userId" uuid not null references auth."user" (id) on delete cascade,
    "keyId" uuid not null,
    version bigint not null,
    prefix text not null,
    last4 text not null,
    fingerprint bytea not null,
    sealed bytea not null,
    "createdAt" timestamptz not null,
    "graceEndsAt" timestamptz not null,
    primary key ("keyId", version)
);
create index key_versions_value on auth.key_versions ("userId", fingerprint);

alter table auth.api_keys add column "rotatedAt" timestamptz;
alter table auth.api_keys add column "graceEndsAt" timestamptz;
create index api_keys_revoked_value on auth.api_keys ("userId", fingerprint) where revoked;
