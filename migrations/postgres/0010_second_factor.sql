-- the second factor of an account, its recovery codes, and sign-ins that wait for a code

alter table auth."user" add column "secondFactorAt" timestamptz;

create table auth.second_factors (
    "userId" uuid not null primary key references auth."user" (id) on delete cascade,
    sealed bytea not null,
    "confirmedAt" timestamptz,
    "lastStep" bigint not null,
    failures bigint not null,
    "pausedUntil" timestamptz,
    "createdAt" timestamptz not null
);

create table auth.recovery_codes (
    "userId" uuid not null references auth."user" (id) on delete cascade,
    digest bytea not null,
    "createdAt" timestamptz not null,
    primary key ("userId", digest)
);

create table auth.login_challenges (
    digest bytea not null primary key,
    "userId" uuid not null references auth."user" (id) on delete cascade,
    tries bigint not null,
    "expiresAt" timestamptz not null
);
create index login_challenges_user on auth.login_challenges ("userId");
create index login_challenges_expiry on auth.login_challenges ("expiresAt");
