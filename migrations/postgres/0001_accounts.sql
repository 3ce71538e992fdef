-- accounts, their sessions and what proves that somebody may set a new password

create table auth."user" (
    id uuid not null primary key,
    email text not null,
    password text not null,
    name text not null,
    role text not null check (role in ('user', 'support', 'admin')),
    "emailVerified" boolean not null,
    plan text not null check (plan in ('FREE', 'PRO')),
    language text not null,
    "disabledAt" timestamptz,
    "createdAt" timestamptz not null,
    "updatedAt" timestamptz not null
);
create unique index user_email on auth."user" (email);
create index user_role on auth."user" (role);

create table auth.login_sessions (
    id uuid not null primary key,
    "userId" uuid not null references auth."user" (id) on delete cascade,
    ip text not null,
    "userAgent" text not null,
    "createdAt" timestamptz not null,
    "lastSeenAt" timestamptz not null,
    "expiresAt" timestamptz not null
);
create index login_sessions_user on auth.login_sessions ("userId", id);
create index login_sessions_expiry on auth.login_sessions ("expiresAt");

create table auth.password_resets (
    "userId" uuid not null primary key references auth."user" (id) on delete cascade,
    digest bytea not null,
    "createdAt" timestamptz not null,
    "expiresAt" timestamptz not null
);
