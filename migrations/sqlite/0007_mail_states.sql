-- a mail that could not be sent is given up after a while, and stays visible for some days

alter table mail_outbox add column "givenUpAt" text;
