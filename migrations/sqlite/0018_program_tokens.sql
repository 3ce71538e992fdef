-- tokens for programs: what opens the vault to a program; a keyed hash of each, never the token

create table program_tokens (
    id blob not null primary key,
    "userId" blob not null references "user" (id) on delete cascade,
    name text not null,
    digest blob not null,
    prefix text not null,
    last4 text not null,
    scopes text not null,
    "allowedIps" text not null,
    "expiresAt" text,
    "lastUsedAt" text,
    "lastUsedIp" text not null,
    "createdAt" text not null,
    "revokedAt" text
) strict;
create unique index program_tokens_digest on program_tokens (digest);
create index program_tokens_user on program_tokens ("userId", id);
