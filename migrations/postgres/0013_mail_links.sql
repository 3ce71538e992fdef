-- links in mails that prove an address: a keyed hash of the token once the mail was written, one purpose, one use

create table auth.mail_links (
    id uuid not null primary key,
    "userId" uuid not null references auth."user" (id) on delete cascade,
    purpose text not null check (purpose in ('verify', 'change', 'undo')),
    address text not null,
    digest bytea,
    "createdAt" timestamptz not null,
    "expiresAt" timestamptz not null
);
create unique index mail_links_digest on auth.mail_links (digest);
create index mail_links_user on auth.mail_links ("userId", purpose);
create index mail_links_address on auth.mail_links (address, purpose);
create index mail_links_expiry on auth.mail_links ("expiresAt");
