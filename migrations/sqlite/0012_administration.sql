-- what an administrator looks for in accounts

alter table "user" add column "lastSignInAt" text;
alter table "user" add column "searchName" text;
update "user" set "searchName" = lower(name);
