-- what an administrator looks for in accounts

alter table auth."user" add column "lastSignInAt" timestamptz;
alter table auth."user" add column "searchName" text;
update auth."user" set "searchName" = lower(name);
