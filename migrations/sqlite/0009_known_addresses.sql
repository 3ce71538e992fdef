-- from which addresses an account signed in, as a keyed hash: there it is not taken for a stranger

create table known_addresses (
    "userId" blob not null references "user" (id) on delete cascade,
    digest blob not null,
    "createdAt" text not null,
    "lastSeenAt" text not null,
    primary key ("userId", digest)
) strict;
create index known_addresses_seen on known_addresses ("lastSeenAt");
