create table if not exists booking (id serial primary key, at timestamptz not null default now());
alter table booking add column if not exists note text;
