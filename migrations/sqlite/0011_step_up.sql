-- when the person last proved to be there; empty means when the session was opened

alter table login_sessions add column "authenticatedAt" text;
