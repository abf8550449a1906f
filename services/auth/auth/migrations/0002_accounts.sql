-- Brands, Amazon consents, advertisers and their discovery.

create table brand (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    archived_at timestamptz,
    unique (organization_id, id)
);
create unique index brand_name on brand (organization_id, lower(name)) where archived_at is null;
alter table brand enable row level security;
alter table brand force row level security;
create policy tenant on brand
    using (app_sees(organization_id) and app_sees_brand(id))
    with check (app_sees(organization_id) and app_sees_brand(id));

create table connection (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    region text not null check (region in ('NA', 'EU', 'FE')),
    label text not null,
    amazon_user_name text not null default '',
    status text not null default 'pending' check (status in ('pending', 'active', 'revoked')),
    credential_state text not null default 'unknown',
    error_code text,
    created_by uuid not null references app_user (id),
    created_at timestamptz not null,
    consented_at timestamptz,
    unique (organization_id, id)
);
create index connection_organization on connection (organization_id, created_at);
alter table connection enable row level security;
alter table connection force row level security;
create policy tenant on connection using (app_sees(organization_id)) with check (app_sees(organization_id));

create table consent_state (
    state_hash bytea primary key check (octet_length(state_hash) = 32),
    organization_id uuid not null,
    connection_id uuid not null,
    session_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create index consent_state_connection on consent_state (organization_id, connection_id);
create index consent_state_expires on consent_state (expires_at);
comment on table consent_state is 'a consent page that was opened; deleted by the callback that uses it';
alter table consent_state enable row level security;
alter table consent_state force row level security;
create policy tenant on consent_state using (app_sees(organization_id)) with check (app_sees(organization_id));

create table handover (
    connection_id uuid primary key,
    organization_id uuid not null,
    stage text not null check (stage in ('code', 'grant')),
    sealed bytea not null,
    attempts int not null default 0,
    lease_token uuid not null,
    leased_until timestamptz not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create index handover_due on handover (leased_until);
comment on table handover is
    'a code or grant on its way to token-refresher: sealed, minutes old at most, deleted on arrival';
alter table handover enable row level security;
alter table handover force row level security;
create policy tenant on handover using (app_sees(organization_id)) with check (app_sees(organization_id));

create table advertiser (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    amazon_advertiser_id text not null,
    name text not null,
    currency text not null,
    country text not null,
    timezone text not null,
    region text not null check (region in ('NA', 'EU', 'FE')),
    entity_id text not null,
    brand_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    lost_at timestamptz,
    unique (organization_id, amazon_advertiser_id),
    unique (organization_id, id),
    foreign key (organization_id, brand_id) references brand (organization_id, id)
);
create index advertiser_brand on advertiser (organization_id, brand_id);
alter table advertiser enable row level security;
alter table advertiser force row level security;
create policy tenant on advertiser
    using (app_sees(organization_id) and app_sees_brand(brand_id))
    with check (app_sees(organization_id) and app_sees_brand(brand_id));

create table advertiser_connection (
    organization_id uuid not null,
    connection_id uuid not null,
    advertiser_id uuid not null,
    region text not null check (region in ('NA', 'EU', 'FE')),
    profile_id text not null,
    entity_id text not null,
    linked_at timestamptz not null,
    primary key (connection_id, advertiser_id),
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade,
    foreign key (organization_id, advertiser_id) references advertiser (organization_id, id)
);
create index advertiser_connection_advertiser on advertiser_connection (organization_id, advertiser_id);
alter table advertiser_connection enable row level security;
alter table advertiser_connection force row level security;
create policy tenant on advertiser_connection
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table discovery (
    id uuid primary key,
    organization_id uuid not null,
    connection_id uuid not null,
    state text not null default 'pending' check (state in ('pending', 'running', 'done', 'failed')),
    error_code text,
    attempts int not null default 0,
    regions_done text[] not null default '{}',
    profiles int not null default 0,
    advertisers int not null default 0,
    requested_at timestamptz not null,
    next_attempt_at timestamptz not null,
    finished_at timestamptz,
    lease_token uuid,
    leased_until timestamptz,
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create unique index discovery_open on discovery (connection_id) where state in ('pending', 'running');
create index discovery_due on discovery (next_attempt_at) where state in ('pending', 'running');
create index discovery_latest on discovery (organization_id, connection_id, requested_at desc);
alter table discovery enable row level security;
alter table discovery force row level security;
create policy tenant on discovery using (app_sees(organization_id)) with check (app_sees(organization_id));
