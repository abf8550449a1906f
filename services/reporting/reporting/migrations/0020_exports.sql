-- Exports: what was asked for by whom, for which brands, and the file that came of it.

-- The caller's brands as an array; null while every brand is seen.
create function own_brands() returns uuid[]
language sql stable parallel safe as $$
    select case when current_setting('app.brand_ids', true) = '*' then null
        else string_to_array(coalesce(current_setting('app.brand_ids', true), ''), ',')::uuid[] end
$$;

create table export (
    organization_id uuid not null,
    export_id uuid not null,
    asked_by_kind text not null,
    asked_by text not null,
    -- whose numbers: the brands of who asked at that time; null: every brand of the organization
    brand_ids uuid[],
    -- whose numbers are in the file, for the audit log and for erasures; null: not known yet
    advertiser_ids uuid[],
    told_brand_ids uuid[] not null default '{}',
    every_brand boolean not null default false,
    format text not null check (format in ('csv', 'xlsx', 'parquet')),
    bom boolean not null default false,
    question jsonb not null,
    state text not null default 'pending' check (
        state in ('pending', 'running', 'ready', 'failed', 'cancelled', 'revoked', 'expired')),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    lease_token uuid,
    leased_until timestamptz,
    rows_written bigint not null default 0,
    parts_done integer not null default 0,
    parts_total integer,
    uri text,
    byte_count bigint,
    sha256 text,
    manifest jsonb,
    error_code text,
    error_detail text,
    asked_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    expires_at timestamptz,
    file_deleted_at timestamptz,
    primary key (organization_id, export_id)
);
create index export_due on export (next_attempt_at) where state in ('pending', 'running');
create index export_listed on export (organization_id, asked_at desc);
create index export_kept on export (expires_at) where state = 'ready';
create index export_leftover on export (finished_at)
    where file_deleted_at is null and state in ('failed', 'cancelled', 'revoked', 'expired');
alter table export enable row level security;
alter table export force row level security;
create policy tenant on export using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or brand_ids <@ (select own_brands()))
);

-- A link to a ready file, for who has no account here. Its secret is not kept: the token is signed.
create table export_link (
    organization_id uuid not null,
    link_id uuid not null,
    export_id uuid not null,
    made_by_kind text not null,
    made_by text not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    downloads bigint not null default 0,
    primary key (organization_id, link_id),
    foreign key (organization_id, export_id) references export on delete cascade
);
create index export_link_of on export_link (organization_id, export_id);
create index export_link_maker on export_link (organization_id, made_by) where revoked_at is null;
alter table export_link enable row level security;
alter table export_link force row level security;
create policy tenant on export_link using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or export_id in (select e.export_id from export e))
);
