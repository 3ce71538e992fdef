-- the audit trail: one chain for each account, and one (chain zero) for what belongs to no account

create table audit_chains (
    chain blob not null primary key,
    seq integer not null,
    mac blob not null
) strict;

create table audit_trail (
    id blob not null primary key,
    chain blob not null,
    seq integer not null,
    "actorId" blob,
    action text not null,
    "objectType" text not null,
    "objectId" blob,
    ip text not null,
    "userAgent" text not null,
    "requestId" text not null,
    details text not null,
    "createdAt" text not null,
    mac blob not null
) strict;
create unique index audit_trail_chain on audit_trail (chain, seq);
