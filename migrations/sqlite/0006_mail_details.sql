-- whom a mail is about, and what its text says beside its kind

alter table mail_outbox add column "userId" blob references "user" (id) on delete cascade;
alter table mail_outbox add column details text not null default '{}';
create index mail_outbox_user on mail_outbox ("userId");
