-- People, organizations and sessions.
-- Row-level security: a user is visible to the organizations they belong to; passwords, sessions being
-- resolved and login counters are touched only in the system scope (app.organization_id = '*').

create table organization (
    id uuid primary key,
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null
);
alter table organization enable row level security;
alter table organization force row level security;
create policy tenant on organization using (app_sees(id)) with check (app_sees(id));

create table app_user (
    id uuid primary key,
    email text not null unique check (email = lower(email) and length(email) <= 320),
    name text not null default '',
    created_at timestamptz not null
);

create table membership (
    organization_id uuid not null references organization (id),
    user_id uuid not null references app_user (id),
    role text not null check (role in ('owner', 'admin', 'analyst', 'viewer', 'client')),
    brand_ids uuid[],
    created_at timestamptz not null,
    primary key (organization_id, user_id)
);
create index membership_user on membership (user_id, created_at);
comment on column membership.brand_ids is 'null: every brand of the organization';
alter table membership enable row level security;
alter table membership force row level security;
create policy tenant on membership using (app_sees(organization_id)) with check (app_sees(organization_id));

alter table app_user enable row level security;
alter table app_user force row level security;
create policy member on app_user
    using (app_sees(null) or exists (select 1 from membership m where m.user_id = app_user.id))
    with check (app_sees(null));

create table user_password (
    user_id uuid primary key references app_user (id),
    argon2_hash text not null,
    changed_at timestamptz not null
);
alter table user_password enable row level security;
alter table user_password force row level security;
create policy system_only on user_password using (app_sees(null)) with check (app_sees(null));

create table session (
    id uuid primary key,
    organization_id uuid not null,
    user_id uuid not null,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    ip text not null,
    user_agent text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    idle_expires_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    foreign key (organization_id, user_id) references membership (organization_id, user_id) on delete cascade
);
create index session_member on session (organization_id, user_id);
create index session_expires on session (expires_at);
alter table session enable row level security;
alter table session force row level security;
create policy tenant on session using (app_sees(organization_id)) with check (app_sees(organization_id));

create table login_throttle (
    key_hash bytea not null,
    window_start timestamptz not null,
    attempts int not null,
    primary key (key_hash, window_start)
);
create index login_throttle_window on login_throttle (window_start);
comment on table login_throttle is 'login attempts while Valkey is away; no tenant: nobody is signed in yet';
alter table login_throttle enable row level security;
alter table login_throttle force row level security;
create policy system_only on login_throttle using (app_sees(null)) with check (app_sees(null));
