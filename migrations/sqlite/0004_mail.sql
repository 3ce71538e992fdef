-- mails to be sent: what is needed to write one and who caused it, never the text nor a token

create table mail_outbox (
    id blob not null primary key,
    kind text not null,
    address text not null,
    ip text not null,
    "userAgent" text not null,
    "requestId" text not null,
    attempts integer not null,
    "nextAttemptAt" text not null,
    "createdAt" text not null,
    "lastError" text
) strict;
create index mail_outbox_due on mail_outbox ("nextAttemptAt");
