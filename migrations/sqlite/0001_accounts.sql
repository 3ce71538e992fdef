-- accounts, their sessions and what proves that somebody may set a new password

create table "user" (
    id blob not null primary key,
    email text not null,
    password text not null,
    name text not null,
    role text not null check (role in ('user', 'support', 'admin')),
    "emailVerified" integer not null,
    plan text not null check (plan in ('FREE', 'PRO')),
    language text not null,
    "disabledAt" text,
    "createdAt" text not null,
    "updatedAt" text not null
) strict;
create unique index user_email on "user" (email);
create index user_role on "user" (role);

create table login_sessions (
    id blob not null primary key,
    "userId" blob not null references "user" (id) on delete cascade,
    ip text not null,
    "userAgent" text not null,
    "createdAt" text not null,
    "lastSeenAt" text not null,
    "expiresAt" text not null
) strict;
create index login_sessions_user on login_sessions ("userId", id);
create index login_sessions_expiry on login_sessions ("expiresAt");

create table password_resets (
    "userId" blob not null primary key references "user" (id) on delete cascade,
    digest blob not null,
    "createdAt" text not null,
    "expiresAt" text not null
) strict;
