-- from where and how often a generated key may be used

alter table auth.api_keys add column "allowedIps" text not null default '[]';
alter table auth.api_keys add column "rateLimit" bigint;
alter table auth.api_keys add column "rateWindowSeconds" bigint;
