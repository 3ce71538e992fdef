-- invoices, as Stripe tells them; amounts in the currency's smallest unit

create table invoices (
    id blob not null primary key,
    "userId" blob not null references "user" (id) on delete cascade,
    "stripeInvoiceId" text not null,
    amount integer not null,
    currency text not null,
    status text not null,
    description text,
    "invoicePdf" text,
    "hostedInvoiceUrl" text,
    "periodStart" text,
    "periodEnd" text,
    "createdAt" text not null
) strict;
create unique index invoices_stripe on invoices ("stripeInvoiceId");
create index invoices_user on invoices ("userId", id);
