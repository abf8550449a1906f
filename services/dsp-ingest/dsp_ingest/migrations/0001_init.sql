-- Advertisers and who can reach them (from events), syncs, and their reports: a durable state machine.

create table connection (
    connection_id uuid primary key,
    organization_id uuid not null,
    consent text not null default 'active' check (consent in ('active', 'revoked')),
    consent_at timestamptz not null default '-infinity',
    credential text not null default 'healthy' check (credential in ('healthy', 'reauth_required')),
    credential_at timestamptz not null default '-infinity'
);
alter table connection enable row level security;
alter table connection force row level security;
create policy tenant on connection
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table advertiser (
    advertiser_id uuid primary key,
    organization_id uuid not null,
    brand_id uuid,
    amazon_advertiser_id text not null,
    name text not null,
    currency text not null,
    country text not null,
    timezone text not null,
    lost boolean not null default false,
    next_sync_at timestamptz not null,
    changed_at timestamptz not null
);
create index advertiser_due on advertiser (next_sync_at);
create index advertiser_organization on advertiser (organization_id, name);
alter table advertiser enable row level security;
alter table advertiser force row level security;
create policy tenant on advertiser
    using (app_sees(organization_id) and app_sees_brand(brand_id))
    with check (app_sees(organization_id));

create table advertiser_source (
    advertiser_id uuid not null references advertiser,
    connection_id uuid not null,
    organization_id uuid not null,
    region text not null check (region in ('NA', 'EU', 'FE')),
    profile_id text not null,
    entity_id text not null,
    refused_at timestamptz,
    primary key (advertiser_id, connection_id)
);
create index advertiser_source_connection on advertiser_source (connection_id);
alter table advertiser_source enable row level security;
alter table advertiser_source force row level security;
create policy tenant on advertiser_source
    using (app_sees(organization_id)) with check (app_sees(organization_id));

-- Open while closed_at is null; an open sync that cannot go on by itself shows state failed.
create table sync (
    sync_id uuid primary key,
    organization_id uuid not null,
    advertiser_id uuid not null references advertiser,
    report_type text not null,
    start_date date not null,
    end_date date not null,
    state text not null check (state in ('waiting', 'running', 'completed', 'failed')),
    error_code text,
    error_detail text,
    retry_at timestamptz,
    row_count bigint not null default 0,
    as_of timestamptz,
    created_at timestamptz not null,
    started_at timestamptz,
    closed_at timestamptz,
    check (start_date <= end_date)
);
create unique index sync_open on sync (advertiser_id, report_type) where closed_at is null;
create index sync_latest on sync (advertiser_id, created_at desc);
alter table sync enable row level security;
alter table sync force row level security;
-- The brand is the advertiser's of today: its own policy decides.
create policy tenant on sync
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = sync.advertiser_id)
    )
    with check (app_sees(organization_id));

create table report (
    report_id uuid primary key,
    organization_id uuid not null,
    advertiser_id uuid not null references advertiser,
    sync_id uuid not null references sync,
    report_type text not null,
    start_date date not null,
    end_date date not null,
    state text not null check (state in (
        'planned', 'requesting', 'requested', 'processing', 'downloading',
        'landed', 'rejected', 'failed')),
    next_attempt_at timestamptz not null,
    lease_token uuid,
    lease_until timestamptz,
    connection_id uuid,
    amazon_report_id text,
    abandoned_report_ids text[] not null default '{}',
    requested_at timestamptz,
    attempts integer not null default 0,
    broken_files integer not null default 0,
    recreations integer not null default 0,
    error_code text,
    detail text,
    raw_uri text,
    uri text,
    sha256 text,
    byte_count bigint,
    row_count bigint,
    totals jsonb,
    currency text,
    as_of timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    landed_at timestamptz,
    check (start_date <= end_date)
);
create index report_due on report (next_attempt_at)
    where state not in ('landed', 'rejected', 'failed');
create index report_sync on report (sync_id);
create index report_state on report (organization_id, state, updated_at desc);
alter table report enable row level security;
alter table report force row level security;
create policy tenant on report
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = report.advertiser_id)
    )
    with check (app_sees(organization_id));
