-- invoices, as Stripe tells them; amounts in the currency's smallest unit

create table auth.invoices (
    id uuid not null primary key,
    "userId" uuid not null references auth."user" (id) on delete cascade,
    "stripeInvoiceId" text not null,
    amount bigint not null,
    currency text not null,
    status text not null,
    description text,
    "invoicePdf" text,
    "hostedInvoiceUrl" text,
    "periodStart" timestamptz,
    "periodEnd" timestamptz,
    "createdAt" timestamptz not null
);
create unique index invoices_stripe on auth.invoices ("stripeInvoiceId");
create index invoices_user on auth.invoices ("userId", id);
