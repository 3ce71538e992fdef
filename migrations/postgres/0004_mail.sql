-- mails to be sent: what is needed to write one and who caused it, never the text nor a token

create table auth.mail_outbox (
    id uuid not null primary key,
    kind text not null,
    address text not null,
    ip text not null,
    "userAgent" text not null,
    "requestId" text not null,
    attempts bigint not null,
    "nextAttemptAt" timestamptz not null,
    "createdAt" timestamptz not null,
    "lastError" text
);
create index mail_outbox_due on auth.mail_outbox ("nextAttemptAt");
