-- how keys are used, by key, UTC day and version of the value

create table auth.key_usage (
    "keyId" uuid not null references auth.api_keys (id) on delete cascade,
    day date not null,
    version bigint not null,
    verifications bigint not null,
    "formerVerifications" bigint not null,
    refusals bigint not null,
    reveals bigint not null,
    "lastUsedAt" timestamptz,
    primary key ("keyId", day, version)
);
create index key_usage_age on auth.key_usage (day);
