-- from where and how often a generated key may be used

alter table api_keys add column "allowedIps" text not null default '[]';
alter table api_keys add column "rateLimit" integer;
alter table api_keys add column "rateWindowSeconds" integer;
