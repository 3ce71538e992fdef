-- how often a session was refreshed: the number of the one refresh token that counts

alter table auth.login_sessions add column "refreshCount" bigint not null default 0;
alter table auth.login_sessions add column "refreshedAt" timestamptz;
