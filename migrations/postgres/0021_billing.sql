-- what Stripe says of an account, what we have heard of it and when to look next; its events, each once;
-- customers of deleted accounts, to be deleted at Stripe too

-- whether an administrator gave the plan: Stripe does not take it away
alter table auth."user" add column "planGranted" boolean not null default false;
update auth."user" set "planGranted" = true where plan = 'PRO';

create table auth.billing_accounts (
    "userId" uuid not null primary key references auth."user" (id) on delete cascade,
    "stripeCustomerId" text,
    "customerEmail" text,
    "isLive" boolean,
    generation bigint not null,
    "subscriptionId" text,
    "subscriptionPrice" text,
    "subscriptionStatus" text,
    "currentPeriodEnd" timestamptz,
    "cancelAtPeriodEnd" boolean not null,
    "checkoutId" text,
    "checkoutPrice" text,
    checkouts bigint not null,
    wanted bigint not null,
    done bigint not null,
    "lookAt" timestamptz,
    "lookedAt" timestamptz,
    failures bigint not null,
    "lastError" text,
    lease uuid,
    "leaseUntil" timestamptz,
    "createdAt" timestamptz not null
);
create unique index billing_accounts_customer on auth.billing_accounts ("stripeCustomerId");
create index billing_accounts_checkout on auth.billing_accounts ("checkoutId");
create index billing_accounts_look on auth.billing_accounts ("lookAt");
create index billing_accounts_heard_of on auth.billing_accounts ("lookAt") where wanted <> done;

create table auth.billing_events (
    id text not null primary key,
    type text not null,
    customer text,
    outcome text not null,
    "createdAt" timestamptz not null,
    "receivedAt" timestamptz not null
);
create index billing_events_received on auth.billing_events ("receivedAt");

create table auth.billing_farewells (
    customer text not null primary key,
    "isLive" boolean not null,
    attempts bigint not null,
    "nextAttemptAt" timestamptz not null,
    "lastError" text,
    "createdAt" timestamptz not null
);
create index billing_farewells_next on auth.billing_farewells ("nextAttemptAt");

alter table auth.invoices add column "amountPaid" bigint not null default 0;
alter table auth.invoices add column "amountCredited" bigint not null default 0;
alter table auth.invoices add column "amountRefunded" bigint not null default 0;
alter table auth.invoices add column "attemptCount" bigint not null default 0;
alter table auth.invoices add column number text;
alter table auth.invoices add column "paidAt" timestamptz;
