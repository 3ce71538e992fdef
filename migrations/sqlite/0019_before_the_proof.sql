-- what was done before an address was proved: recovery by mail takes such a second factor away, and an address that
-- was never proved is not kept for whoever changed it away

alter table second_factors add column "isUnproved" integer not null default 0;
alter table mail_links add column reserves integer not null default 0;
