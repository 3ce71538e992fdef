-- earlier values of keys; the current one stands in the key

create table key_versions (
    "userId" blob not null references "user" (id) on delete cascade,
    "keyId" blob not null,
    version integer not null,
    prefix text not null,
    last4 text not null,
    fingerprint blob not null,
    sealed blob not null,
    "createdAt" text not null,
    "graceEndsAt" text not null,
    primary key ("keyId", version)
) strict;
create index key_versions_value on key_versions ("userId", fingerprint);

alter table api_keys add column "rotatedAt" text;
alter table api_keys add column "graceEndsAt" text;
create index api_keys_revoked_value on api_keys ("userId", fingerprint) where revoked;
