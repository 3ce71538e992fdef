-- what was done before an address was proved: recovery by mail takes such a second factor away, and an address that
-- was never proved is not kept for whoever changed it away

alter table auth.second_factors add column "isUnproved" boolean not null default false;
alter table auth.mail_links add column reserves boolean not null default false;
