-- from which addresses an account signed in, as a keyed hash: there it is not taken for a stranger

create table auth.known_addresses (
    "userId" uuid not null references auth."user" (id) on delete cascade,
    digest bytea not null,
    "createdAt" timestamptz not null,
    "lastSeenAt" timestamptz not null,
    primary key ("userId", digest)
);
create index known_addresses_seen on auth.known_addresses ("lastSeenAt");
