-- the audit trail: one chain for each account, and one (chain zero) for what belongs to no account

create table auth.audit_chains (
    chain uuid not null primary key,
    seq bigint not null,
    mac bytea not null
);

create table auth.audit_trail (
    id uuid not null primary key,
    chain uuid not null,
    seq bigint not null,
    "actorId" uuid,
    action text not null,
    "objectType" text not null,
    "objectId" uuid,
    ip text not null,
    "userAgent" text not null,
    "requestId" text not null,
    details text not null,
    "createdAt" timestamptz not null,
    mac bytea not null
);
create unique index audit_trail_chain on auth.audit_trail (chain, seq);
