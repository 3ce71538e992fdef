-- programs that wait to be let in by a person in a browser (RFC 8628): keyed hashes of both codes, and who asked

create table device_logins (
    digest blob not null primary key,
    "userDigest" blob not null,
    "userId" blob references "user" (id) on delete cascade,
    ip text not null,
    "userAgent" text not null,
    "refusedAt" text,
    "createdAt" text not null,
    "expiresAt" text not null
) strict;
create unique index device_logins_user_code on device_logins ("userDigest");
create index device_logins_user on device_logins ("userId");
create index device_logins_expiry on device_logins ("expiresAt");
