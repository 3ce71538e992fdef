-- links in mails that prove an address: a keyed hash of the token once the mail was written, one purpose, one use

create table mail_links (
    id blob not null primary key,
    "userId" blob not null references "user" (id) on delete cascade,
    purpose text not null check (purpose in ('verify', 'change', 'undo')),
    address text not null,
    digest blob,
    "createdAt" text not null,
    "expiresAt" text not null
) strict;
create unique index mail_links_digest on mail_links (digest);
create index mail_links_user on mail_links ("userId", purpose);
create index mail_links_address on mail_links (address, purpose);
create index mail_links_expiry on mail_links ("expiresAt");
