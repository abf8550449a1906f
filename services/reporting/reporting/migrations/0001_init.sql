-- The tenant wall for tables with many rows: app_sees() and app_sees_brand() said so that a policy's
-- `(select …)` asks each setting once per query, not once per row.
create function sees_every_organization() returns boolean
language sql stable parallel safe as $$
    select coalesce(current_setting('app.organization_id', true) = '*', false)
$$;
create function own_organization() returns uuid
language sql stable parallel safe as $$
    select nullif(nullif(current_setting('app.organization_id', true), '*'), '')::uuid
$$;
create function sees_every_brand() returns boolean
language sql stable parallel safe as $$
    select coalesce(current_setting('app.brand_ids', true) = '*', false)
$$;

-- What reporting knows of advertisers and brands (from auth's events).
create table brand (
    organization_id uuid not null,
    brand_id uuid not null,
    name text not null,
    archived boolean not null default false,
    event_at timestamptz not null,
    primary key (organization_id, brand_id)
);
alter table brand enable row level security;
alter table brand force row level security;
create policy tenant on brand
    using (app_sees(organization_id) and app_sees_brand(brand_id))
    with check (app_sees(organization_id) and app_sees_brand(brand_id));

create table advertiser (
    organization_id uuid not null,
    advertiser_id uuid not null,
    brand_id uuid,
    amazon_advertiser_id text not null,
    name text not null,
    currency text not null,
    country text not null,
    timezone text not null,
    lost_at timestamptz,
    event_at timestamptz not null,
    primary key (organization_id, advertiser_id)
);
create index advertiser_brand on advertiser (organization_id, brand_id);
alter table advertiser enable row level security;
alter table advertiser force row level security;
create policy tenant on advertiser
    using (app_sees(organization_id) and app_sees_brand(brand_id))
    with check (app_sees(organization_id) and app_sees_brand(brand_id));

-- One row per landed slice: the intent to load it, and what became of it.
create table load (
    report_id uuid primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    sync_id uuid not null,
    amazon_report_id text not null,
    report_type text not null,
    start_date date not null,
    end_date date not null,
    uri text not null,
    sha256 text not null,
    byte_count bigint not null,
    row_count bigint not null,
    totals jsonb not null,
    currency text not null,
    as_of timestamptz not null,
    landed_at timestamptz not null,
    state text not null default 'pending'
        check (state in ('pending', 'loaded', 'superseded', 'rejected', 'parked')),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    lease_token uuid,
    leased_until timestamptz,
    error_code text,
    error_detail text,
    rows_changed bigint,
    loaded_at timestamptz,
    updated_at timestamptz not null
);
create index load_due on load (next_attempt_at) where state = 'pending';
create index load_state on load (organization_id, state, updated_at desc);

-- Amazon's entities, named once. `name_as_of` keeps an older report from renaming them back.
create table ad_order (
    organization_id uuid not null,
    order_id text not null,
    advertiser_id uuid not null,
    name text not null,
    name_as_of timestamptz not null,
    primary key (organization_id, order_id, advertiser_id)
);
create table line_item (
    organization_id uuid not null,
    line_item_id text not null,
    advertiser_id uuid not null,
    name text not null,
    name_as_of timestamptz not null,
    primary key (organization_id, line_item_id, advertiser_id)
);
create table creative (
    organization_id uuid not null,
    creative_id text not null,
    advertiser_id uuid not null,
    name text not null,
    name_as_of timestamptz not null,
    primary key (organization_id, creative_id, advertiser_id)
);

-- Where an ad runs: one creative in one line item of one order. Facts carry its number, not its ids.
create table placement (
    placement_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    creative_id text not null,
    creative_ad_id text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, creative_id)
);

-- Which report each day's numbers come from, also for days on which nothing ran.
create table advertiser_day (
    organization_id uuid not null,
    advertiser_id uuid not null,
    date date not null,
    report_id uuid not null,
    as_of timestamptz not null,
    loaded_at timestamptz not null,
    row_count bigint not null,
    primary key (organization_id, advertiser_id, date)
);

-- The day's sums per currency, written by the load that writes the facts: never stale.
create table advertiser_day_total (
    organization_id uuid not null,
    advertiser_id uuid not null,
    date date not null,
    currency text not null,
    impressions bigint not null,
    clicks bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    primary key (organization_id, advertiser_id, date, currency)
);

-- The numbers. The key holds the date, so that the table can be partitioned by it; every query names
-- its advertisers, so that the key serves ranges of days too. No foreign key: checked once by the load.
create table fact_campaign_daily (
    organization_id uuid not null,
    advertiser_id uuid not null,
    placement_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, placement_id)
);

-- Rows of an advertiser: its organization's, and only those of the caller's brands (the subquery goes
-- through advertiser's own policy). The same rule checks what is written.
alter table load enable row level security;
alter table load force row level security;
create policy tenant on load using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table ad_order enable row level security;
alter table ad_order force row level security;
create policy tenant on ad_order using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table line_item enable row level security;
alter table line_item force row level security;
create policy tenant on line_item using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table creative enable row level security;
alter table creative force row level security;
create policy tenant on creative using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table placement enable row level security;
alter table placement force row level security;
create policy tenant on placement using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table advertiser_day enable row level security;
alter table advertiser_day force row level security;
create policy tenant on advertiser_day using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table advertiser_day_total enable row level security;
alter table advertiser_day_total force row level security;
create policy tenant on advertiser_day_total using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);

alter table fact_campaign_daily enable row level security;
alter table fact_campaign_daily force row level security;
create policy tenant on fact_campaign_daily using (
    ((select sees_every_organization()) or organization_id = (select own_organization()))
    and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
);
