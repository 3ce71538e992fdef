-- which reminders of a key's expiry were sent, or are not to be sent any more; and quick ways to the keys that expire

create table auth.key_reminders (
    "keyId" uuid not null references auth.api_keys (id) on delete cascade,
    "expiresAt" timestamptz not null,
    days bigint not null,
    "createdAt" timestamptz not null,
    primary key ("keyId", "expiresAt", days)
);
create index key_reminders_age on auth.key_reminders ("expiresAt");
create index api_keys_due on auth.api_keys ("expiresAt", id) where not revoked and "expiresAt" is not null;
create index api_keys_expiry on auth.api_keys ("userId", "expiresAt") where not revoked and "expiresAt" is not null;
