-- whom a mail is about, and what its text says beside its kind

alter table auth.mail_outbox add column "userId" uuid references auth."user" (id) on delete cascade;
alter table auth.mail_outbox add column details text not null default '{}';
create index mail_outbox_user on auth.mail_outbox ("userId");
