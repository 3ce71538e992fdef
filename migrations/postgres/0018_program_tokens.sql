-- tokens for programs: what opens the vault to a program; a keyed hash of each, never the token

create table auth.program_tokens (
    id uuid not null primary key,
    "userId" uuid not null references auth."user" (id) on delete cascade,
    name text not null,
    digest bytea not null,
    prefix text not null,
    last4 text not null,
    scopes text not null,
    "allowedIps" text not null,
    "expiresAt" timestamptz,
    "lastUsedAt" timestamptz,
    "lastUsedIp" text not null,
    "createdAt" timestamptz not null,
    "revokedAt" timestamptz
);
create unique index program_tokens_digest on auth.program_tokens (digest);
create index program_tokens_user on auth.program_tokens ("userId", id);
