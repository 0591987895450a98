-- Every key starts with system_id, so that data can be distributed by system.
-- Ids are compared bytewise (collate "C"): cheaper, and the same order on every server.
-- Instants of the runtime's clock are bigint milliseconds: a simulated clock need not live in our time.
-- Payloads are json, not jsonb: jsonb refuses \u0000, lone surrogates and strings over 256 MB.

create table system (
  id text collate "C" primary key,
  machine text not null,
  version text not null,
  definition text not null,
  tenant text not null default '',
  input_hash text not null,
  seq bigint not null check (seq >= 1),
  checkpoint_seq bigint not null default 0 check (checkpoint_seq between 0 and seq),
  turn uuid not null,
  time bigint not null,
  owner uuid,
  status text not null check (status in ('active', 'done', 'parked')),
  reason json check ((reason is not null) = (status = 'parked'))
) with (fillfactor = 50);

create index system_parked on system (id) where status = 'parked';

create table process (
  id uuid primary key,
  name text not null unique,
  lease_until timestamptz not null
);

create table actor (
  system_id text collate "C" not null,
  incarnation text collate "C" not null,
  address text not null,
  checkpoint json not null,
  primary key (system_id, incarnation)
);

create table mailbox (
  system_id text collate "C" not null,
  id uuid not null,
  n bigint generated always as identity,
  kind text not null check (kind in ('mail', 'timer', 'result', 'report', 'emission')),
  due bigint not null,
  held boolean not null default false,
  address text,
  incarnation text collate "C",
  source text collate "C",
  send_id text,
  event json not null,
  key text collate "C",
  primary key (system_id, id),
  check ((kind = 'mail' and address is not null) or (kind <> 'mail' and incarnation is not null)),
  check ((kind = 'timer') = (source is not null))
);

create index mailbox_due on mailbox (due) where not held;
create index mailbox_held on mailbox (system_id) where held;
create unique index mailbox_key on mailbox (system_id, key) where key is not null;

create table journal (
  system_id text collate "C" not null,
  seq bigint not null check (seq >= 1),
  turn uuid not null,
  incarnation text collate "C" not null,
  address text not null,
  at bigint not null,
  event json not null,
  value json,
  delta json not null,
  microsteps json,
  key text collate "C",
  primary key (system_id, seq)
);

create unique index journal_key on journal (system_id, key) where key is not null;

create table activity (
  system_id text collate "C" not null,
  incarnation text collate "C" not null,
  address text not null,
  machine text not null,
  version text not null,
  src text not null,
  input json,
  status text not null check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  attempt int not null default 0 check (attempt >= 0),
  lost int not null default 0 check (lost >= 0),
  run_at bigint not null,
  owner uuid,
  heartbeat_at timestamptz,
  heartbeat_ms int,
  result json,
  primary key (system_id, incarnation),
  check (status <> 'running' or owner is not null)
) with (fillfactor = 70);

create index activity_queued on activity (run_at) where status = 'queued';
create index activity_running on activity (owner) where status = 'running';

create table emitted (
  system_id text collate "C" not null,
  seq bigint not null,
  n int not null check (n >= 0),
  address text not null,
  at bigint not null,
  event json not null,
  primary key (system_id, seq, n)
);

create table projection (
  system_id text collate "C" not null,
  address text not null,
  kind text collate "C" not null,
  key text collate "C" not null,
  data json not null,
  seq bigint not null,
  primary key (system_id, address, kind, key)
);

create index projection_list on projection (kind, key, system_id);

create table dead_letter (
  system_id text collate "C" not null,
  id uuid not null,
  at bigint not null,
  address text not null,
  reason text not null,
  event json not null,
  key text,
  primary key (system_id, id)
);
