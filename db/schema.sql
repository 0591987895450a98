-- The schema after all migrations. Written by `node db/dump-schema.ts`; do not edit.

create table activity (
  system_id text collate "C" not null,
  incarnation text collate "C" not null,
  address text not null,
  machine text not null,
  version text not null,
  src text not null,
  input json,
  status text not null,
  attempt integer default 0 not null,
  lost integer default 0 not null,
  run_at bigint not null,
  owner uuid,
  heartbeat_at timestamp with time zone,
  heartbeat_ms integer,
  result json,
  constraint activity_attempt_check CHECK ((attempt >= 0)),
  constraint activity_check CHECK (((status <> 'running'::text) OR (owner IS NOT NULL))),
  constraint activity_lost_check CHECK ((lost >= 0)),
  constraint activity_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint activity_pkey PRIMARY KEY (system_id, incarnation)
) with (fillfactor=70);

create table actor (
  system_id text collate "C" not null,
  incarnation text collate "C" not null,
  address text not null,
  checkpoint json not null,
  constraint actor_pkey PRIMARY KEY (system_id, incarnation)
);

create table dead_letter (
  system_id text collate "C" not null,
  id uuid not null,
  at bigint not null,
  address text not null,
  reason text not null,
  event json not null,
  key text,
  constraint dead_letter_pkey PRIMARY KEY (system_id, id)
);

create table emitted (
  system_id text collate "C" not null,
  seq bigint not null,
  n integer not null,
  address text not null,
  at bigint not null,
  event json not null,
  constraint emitted_n_check CHECK ((n >= 0)),
  constraint emitted_pkey PRIMARY KEY (system_id, seq, n)
);

create table journal (
  system_id text collate "C" not null,
  seq bigint not null,
  turn uuid not null,
  incarnation text collate "C" not null,
  address text not null,
  at bigint not null,
  event json not null,
  value json,
  delta json not null,
  microsteps json,
  key text collate "C",
  constraint journal_seq_check CHECK ((seq >= 1)),
  constraint journal_pkey PRIMARY KEY (system_id, seq)
);

create table mailbox (
  system_id text collate "C" not null,
  id uuid not null,
  n bigint generated always as identity not null,
  kind text not null,
  due bigint not null,
  held boolean default false not null,
  address text,
  incarnation text collate "C",
  source text collate "C",
  send_id text,
  event json not null,
  key text collate "C",
  constraint mailbox_check CHECK ((((kind = 'mail'::text) AND (address IS NOT NULL)) OR ((kind <> 'mail'::text) AND (incarnation IS NOT NULL)))),
  constraint mailbox_check1 CHECK (((kind = 'timer'::text) = (source IS NOT NULL))),
  constraint mailbox_kind_check CHECK ((kind = ANY (ARRAY['mail'::text, 'timer'::text, 'result'::text, 'report'::text, 'emission'::text]))),
  constraint mailbox_pkey PRIMARY KEY (system_id, id)
);

create table migration (
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default clock_timestamp() not null,
  constraint migration_pkey PRIMARY KEY (number)
);

create table process (
  id uuid not null,
  name text not null,
  lease_until timestamp with time zone not null,
  constraint process_pkey PRIMARY KEY (id),
  constraint process_name_key UNIQUE (name)
);

create table projection (
  system_id text collate "C" not null,
  address text not null,
  kind text collate "C" not null,
  key text collate "C" not null,
  data json not null,
  seq bigint not null,
  constraint projection_pkey PRIMARY KEY (system_id, address, kind, key)
);

create table system (
  id text collate "C" not null,
  machine text not null,
  version text not null,
  definition text not null,
  tenant text default ''::text not null,
  input_hash text not null,
  seq bigint not null,
  checkpoint_seq bigint default 0 not null,
  turn uuid not null,
  "time" bigint not null,
  owner uuid,
  status text not null,
  reason json,
  constraint system_check CHECK (((checkpoint_seq >= 0) AND (checkpoint_seq <= seq))),
  constraint system_check1 CHECK (((reason IS NOT NULL) = (status = 'parked'::text))),
  constraint system_seq_check CHECK ((seq >= 1)),
  constraint system_status_check CHECK ((status = ANY (ARRAY['active'::text, 'done'::text, 'parked'::text]))),
  constraint system_pkey PRIMARY KEY (id)
) with (fillfactor=50);

CREATE INDEX activity_queued ON public.activity USING btree (run_at) WHERE (status = 'queued'::text);

CREATE INDEX activity_running ON public.activity USING btree (owner) WHERE (status = 'running'::text);

CREATE INDEX mailbox_due ON public.mailbox USING btree (due) WHERE (NOT held);

CREATE INDEX mailbox_held ON public.mailbox USING btree (system_id) WHERE held;

CREATE INDEX projection_list ON public.projection USING btree (kind, key, system_id);

CREATE INDEX system_parked ON public.system USING btree (id) WHERE (status = 'parked'::text);

CREATE UNIQUE INDEX journal_key ON public.journal USING btree (system_id, key) WHERE (key IS NOT NULL);

CREATE UNIQUE INDEX mailbox_key ON public.mailbox USING btree (system_id, key) WHERE (key IS NOT NULL);
