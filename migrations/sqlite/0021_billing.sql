-- what Stripe says of an account, what we have heard of it and when to look next; its events, each once;
-- customers of deleted accounts, to be deleted at Stripe too

-- whether an administrator gave the plan: Stripe does not take it away
alter table "user" add column "planGranted" integer not null default 0;
update "user" set "planGranted" = 1 where plan = 'PRO';

create table billing_accounts (
    "userId" blob not null primary key references "user" (id) on delete cascade,
    "stripeCustomerId" text,
    "customerEmail" text,
    "isLive" integer,
    generation integer not null,
    "subscriptionId" text,
    "subscriptionPrice" text,
    "subscriptionStatus" text,
    "currentPeriodEnd" text,
    "cancelAtPeriodEnd" integer not null,
    "checkoutId" text,
    "checkoutPrice" text,
    checkouts integer not null,
    wanted integer not null,
    done integer not null,
    "lookAt" text,
    "lookedAt" text,
    failures integer not null,
    "lastError" text,
    lease blob,
    "leaseUntil" text,
    "createdAt" text not null
) strict;
create unique index billing_accounts_customer on billing_accounts ("stripeCustomerId");
create index billing_accounts_checkout on billing_accounts ("checkoutId");
create index billing_accounts_look on billing_accounts ("lookAt");
create index billing_accounts_heard_of on billing_accounts ("lookAt") where wanted <> done;

create table billing_events (
    id text not null primary key,
    type text not null,
    customer text,
    outcome text not null,
    "createdAt" text not null,
    "receivedAt" text not null
) strict;
create index billing_events_received on billing_events ("receivedAt");

create table billing_farewells (
    customer text not null primary key,
    "isLive" integer not null,
    attempts integer not null,
    "nextAttemptAt" text not null,
    "lastError" text,
    "createdAt" text not null
) strict;
create index billing_farewells_next on billing_farewells ("nextAttemptAt");

alter table invoices add column "amountPaid" integer not null default 0;
alter table invoices add column "amountCredited" integer not null default 0;
alter table invoices add column "amountRefunded" integer not null default 0;
alter table invoices add column "attemptCount" integer not null default 0;
alter table invoices add column number text;
alter table invoices add column "paidAt" text;
