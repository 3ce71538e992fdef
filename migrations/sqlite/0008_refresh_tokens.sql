-- how often a session was refreshed: the number of the one refresh token that counts

alter table login_sessions add column "refreshCount" integer not null default 0;
alter table login_sessions add column "refreshedAt" text;
