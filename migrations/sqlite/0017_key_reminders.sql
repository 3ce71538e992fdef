-- which reminders of a key's expiry were sent, or are not to be sent any more; and quick ways to the keys that expire

create table key_reminders (
    "keyId" blob not null references api_keys (id) on delete cascade,
    "expiresAt" text not null,
    days integer not null,
    "createdAt" text not null,
    primary key ("keyId", "expiresAt", days)
) strict;
create index key_reminders_age on key_reminders ("expiresAt");
create index api_keys_due on api_keys ("expiresAt", id) where not revoked and "expiresAt" is not null;
create index api_keys_expiry on api_keys ("userId", "expiresAt") where not revoked and "expiresAt" is not null;
