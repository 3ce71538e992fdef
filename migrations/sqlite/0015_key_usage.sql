-- how keys are used, by key, UTC day and version of the value

create table key_usage (
    "keyId" blob not null references api_keys (id) on delete cascade,
    day text not null,
    version integer not null,
    verifications integer not null,
    "formerVerifications" integer not null,
    refusals integer not null,
    reveals integer not null,
    "lastUsedAt" text,
    primary key ("keyId", day, version)
) strict;
create index key_usage_age on key_usage (day);
