create table if not exists booking (id serial primary key, at timestamptz not null default now());
