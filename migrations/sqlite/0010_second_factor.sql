-- the second factor of an account, its recovery codes, and sign-ins that wait for a code

alter table "user" add column "secondFactorAt" text;

create table second_factors (
    "userId" blob not null primary key references "user" (id) on delete cascade,
    sealed blob not null,
    "confirmedAt" text,
    "lastStep" integer not null,
    failures integer not null,
    "pausedUntil" text,
    "createdAt" text not null
) strict;

create table recovery_codes (
    "userId" blob not null references "user" (id) on delete cascade,
    digest blob not null,
    "createdAt" text not null,
    primary key ("userId", digest)
) strict;

create table login_challenges (
    digest blob not null primary key,
    "userId" blob not null references "user" (id) on delete cascade,
    tries integer not null,
    "expiresAt" text not null
) strict;
create index login_challenges_user on login_challenges ("userId");
create index login_challenges_expiry on login_challenges ("expiresAt");
