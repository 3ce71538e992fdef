-- programs that wait to be let in by a person in a browser (RFC 8628): keyed hashes of both codes, and who asked

create table auth.device_logins (
    digest bytea not null primary key,
    "userDigest" bytea not null,
    "userId" uuid references auth."user" (id) on delete cascade,
    ip text not null,
    "userAgent" text not null,
    "refusedAt" timestamptz,
    "createdAt" timestamptz not null,
    "expiresAt" timestamptz not null
);
create unique index device_logins_user_code on auth.device_logins ("userDigest");
create index device_logins_user on auth.device_logins ("userId");
create index device_logins_expiry on auth.device_logins ("expiresAt");
