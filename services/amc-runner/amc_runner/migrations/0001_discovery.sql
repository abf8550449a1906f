-- One row per connection that auth told us about. A revoked one stays as a tombstone, so that an old
-- "authorized" that is replayed does not bring it back.
create table connection (
    id uuid primary key,
    organization_id uuid not null,
    region text check (region in ('NA', 'EU', 'FE')),
    consented_at timestamptz,
    revoked_at timestamptz,
    check (revoked_at is not null or (region is not null and consented_at is not null))
);
create index connection_organization on connection (organization_id);

-- The standing order to look at Amazon for a connection. `generation` counts the wishes: a wish that
-- arrives while one is being served is served again.
create table discovery (
    connection_id uuid primary key references connection (id) on delete cascade,
    organization_id uuid not null,
    state text not null default 'pending' check (state in ('pending', 'running', 'done', 'failed')),
    generation integer not null default 1,
    attempts integer not null default 0,
    due_at timestamptz not null,
    lease_token uuid,
    lease_expires_at timestamptz,
    error_code text,
    error_detail text,
    finished_at timestamptz,
    check ((lease_token is null) = (lease_expires_at is null))
);
create index discovery_due on discovery (due_at);
create index discovery_organization on discovery (organization_id);

create table amc_account (
    connection_id uuid not null references connection (id) on delete cascade,
    account_id text not null,
    marketplace_id text not null,
    organization_id uuid not null,
    name text not null,
    region text not null,
    discovered_at timestamptz not null,
    primary key (connection_id, account_id, marketplace_id)
);
create index amc_account_organization on amc_account (organization_id);

-- An instance is one per organization, however many connections reach it.
create table amc_instance (
    id uuid primary key,
    organization_id uuid not null,
    amazon_instance_id text not null,
    name text not null,
    kind text not null,
    customer_name text not null,
    account_id text not null,
    account_name text not null,
    marketplace_id text not null,
    status text not null,
    discovered_at timestamptz not null,
    changed_at timestamptz not null,
    unique (organization_id, amazon_instance_id)
);

create table amc_instance_connection (
    instance_id uuid not null references amc_instance (id) on delete cascade,
    connection_id uuid not null references connection (id) on delete cascade,
    organization_id uuid not null,
    account_id text not null,
    marketplace_id text not null,
    linked_at timestamptz not null,
    primary key (instance_id, connection_id)
);
create index amc_instance_connection_connection on amc_instance_connection (connection_id);
create index amc_instance_connection_organization on amc_instance_connection (organization_id);

-- AMC belongs to the whole organization: no instance is mapped to a brand, so a caller who may see only
-- some brands sees none of it.
alter table connection enable row level security;
alter table connection force row level security;
create policy tenant on connection
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));
alter table discovery enable row level security;
alter table discovery force row level security;
create policy tenant on discovery
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));
alter table amc_account enable row level security;
alter table amc_account force row level security;
create policy tenant on amc_account
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));
alter table amc_instance enable row level security;
alter table amc_instance force row level security;
create policy tenant on amc_instance
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));
alter table amc_instance_connection enable row level security;
alter table amc_instance_connection force row level security;
create policy tenant on amc_instance_connection
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));
