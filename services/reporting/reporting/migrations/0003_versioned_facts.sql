-- Facts of every report type, versioned. Current rows in <stem>_fact, superseded ones in <stem>_history:
-- a row is what Amazon reported from `valid_from` up to `valid_to` (both are ages of reports, not moments of
-- loading), so that any order of arrival ends in the same history. Partitioned by month of the day; months
-- are added by the load that needs them.

select set_config('app.organization_id', '*', true), set_config('app.brand_ids', '*', true);

-- The tenant wall around a table with rows of advertisers.
create function wall_advertisers(target text) returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format($policy$create policy tenant on %I using (
        ((select sees_every_organization()) or organization_id = (select own_organization()))
        and ((select sees_every_brand()) or advertiser_id in (select a.advertiser_id from advertiser a))
    )$policy$, target);
end
$$;

-- A month of a table partitioned by `date`, walled as its parent is. Safe to repeat and to race.
create function add_month(parent text, month date) returns void language plpgsql as $$
declare
    part text := parent || to_char(month, '_YYYYMM');
begin
    if to_regclass(quote_ident(part)) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('month:' || current_schema() || part, 0));
    if to_regclass(quote_ident(part)) is not null then
        return;
    end if;
    execute format('create table %I (like %I including all)', part, parent);
    perform wall_advertisers(part);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
        parent, part, month, (month + interval '1 month')::date);
end
$$;

-- Amazon's entities and whatever else has an id and a name. `name_as_of` keeps an older report from
-- renaming them back.
create table entity_name (
    organization_id uuid not null,
    kind text not null,
    entity_id text not null,
    advertiser_id uuid not null,
    name text not null,
    name_as_of timestamptz not null,
    primary key (organization_id, kind, entity_id, advertiser_id)
);
insert into entity_name
select organization_id, 'order', order_id, advertiser_id, name, name_as_of from ad_order
union all
select organization_id, 'line_item', line_item_id, advertiser_id, name, name_as_of from line_item
union all
select organization_id, 'creative', creative_id, advertiser_id, name, name_as_of from creative
union all
select organization_id, 'creative_ad', creative_id, advertiser_id, max(creative_ad_id), '-infinity'
from placement group by organization_id, creative_id, advertiser_id;
drop table ad_order, line_item, creative;
create index entity_name_advertiser on entity_name (organization_id, advertiser_id, kind);
select wall_advertisers('entity_name');

-- What a fact is about, numbered. The key of an order, line item or creative is the lowest one it is part of.
alter table placement rename to campaign_key;
alter table campaign_key rename column placement_id to key_id;
alter table campaign_key drop column creative_ad_id,
    add column order_key bigint, add column line_item_key bigint, add column creative_key bigint;
update campaign_key k set
    order_key = (select min(o.key_id) from campaign_key o where o.organization_id = k.organization_id
        and o.advertiser_id = k.advertiser_id and o.order_id = k.order_id),
    line_item_key = (select min(o.key_id) from campaign_key o where o.organization_id = k.organization_id
        and o.advertiser_id = k.advertiser_id and o.order_id = k.order_id and o.line_item_id = k.line_item_id),
    creative_key = (select min(o.key_id) from campaign_key o where o.organization_id = k.organization_id
        and o.advertiser_id = k.advertiser_id and o.creative_id = k.creative_id);

create table campaign_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table campaign_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table inventory_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    supply_source text not null,
    site text not null,
    deal_id text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, supply_source, site, deal_id)
);

create table inventory_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    measurable_impressions bigint not null,
    viewable_impressions bigint not null,
    gross_impressions bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    supply_cost_micros bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table inventory_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    measurable_impressions bigint not null,
    viewable_impressions bigint not null,
    gross_impressions bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    supply_cost_micros bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table audience_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    segment_id text not null,
    targeting_method text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, segment_id, targeting_method)
);

create table audience_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table audience_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table product_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    asin text not null,
    conversion_type text not null,
    featured_asin text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, asin, conversion_type, featured_asin)
);

create table product_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_purchases bigint not null,
    total_units_sold bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    total_sales_micros bigint not null,
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table product_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_purchases bigint not null,
    total_units_sold bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    total_sales_micros bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table geo_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    country text not null,
    region text not null,
    city text not null,
    market_area_id text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, country, region, city, market_area_id)
);

create table geo_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    viewable_impressions bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table geo_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    viewable_impressions bigint not null,
    detail_page_views bigint not null,
    purchases bigint not null,
    units_sold bigint not null,
    new_to_brand_purchases bigint not null,
    add_to_cart bigint not null,
    total_cost_micros bigint not null,
    sales_micros bigint not null,
    new_to_brand_sales_micros bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table tech_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    operating_system text not null,
    browser text not null,
    device text not null,
    environment text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, operating_system, browser, device, environment)
);

create table tech_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table tech_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table content_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    order_id text not null,
    line_item_id text not null,
    supply_source text not null,
    content_genre text not null,
    content_rating text not null,
    content_title text not null,
    content_type text not null,
    unique (organization_id, advertiser_id, order_id, line_item_id, supply_source, content_genre, content_rating, content_title, content_type)
);

create table content_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    video_starts bigint not null,
    video_first_quartiles bigint not null,
    video_midpoints bigint not null,
    video_third_quartiles bigint not null,
    video_completes bigint not null,
    total_cost_micros bigint not null,
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table content_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    impressions bigint not null,
    clicks bigint not null,
    video_starts bigint not null,
    video_first_quartiles bigint not null,
    video_midpoints bigint not null,
    video_third_quartiles bigint not null,
    video_completes bigint not null,
    total_cost_micros bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table reach_key (
    key_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null,
    currency text not null,
    unique (organization_id, advertiser_id, currency)
);

create table reach_fact (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    reach bigint not null,
    impressions bigint not null,
    total_cost_micros bigint not null,
    valid_from timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id)
) partition by range (date);

create table reach_history (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
    reach bigint not null,
    impressions bigint not null,
    total_cost_micros bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, valid_from)
) partition by range (date);

create table order_day (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    fact_rows bigint not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, currency)
) partition by range (date);

create table line_item_day (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    fact_rows bigint not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, currency)
) partition by range (date);

create table creative_day (
    organization_id uuid not null,
    advertiser_id uuid not null,
    key_id bigint not null,
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
    fact_rows bigint not null,
    date date not null,
    currency text not null,
    primary key (organization_id, advertiser_id, date, key_id, currency)
) partition by range (date);

select wall_advertisers(t || '_key') from unnest(array[
    'inventory', 'audience', 'product', 'geo', 'tech', 'content', 'reach']) as t;
select wall_advertisers(t || s) from unnest(array['_fact', '_history']) as s, unnest(array[
    'campaign', 'inventory', 'audience', 'product', 'geo', 'tech', 'content', 'reach']) as t;
select wall_advertisers(t) from unnest(array['order_day', 'line_item_day', 'creative_day']) as t;

-- Which report each day's numbers come from, now per report type, with how ripe they are:
-- 0 settled, 1 provisional, 2 arriving.
alter table advertiser_day drop constraint advertiser_day_pkey;
alter table advertiser_day
    add column report_type text not null default 'dspCampaign',
    add column traffic_maturity smallint not null default 2,
    add column conversion_maturity smallint not null default 2;
alter table advertiser_day alter column report_type drop default;
alter table advertiser_day add primary key (organization_id, advertiser_id, report_type, date);

-- Every report that ever told a day, so that "as reported on" finds the one that held then. `totals`: the
-- day's sums, {currency: {measure: sum}}.
create table day_version (
    organization_id uuid not null,
    advertiser_id uuid not null,
    report_type text not null,
    date date not null,
    as_of timestamptz not null,
    report_id uuid not null,
    loaded_at timestamptz not null,
    row_count bigint not null,
    traffic_maturity smallint not null,
    conversion_maturity smallint not null,
    totals jsonb not null,
    primary key (organization_id, advertiser_id, report_type, date, as_of, report_id)
);
select wall_advertisers('day_version');
insert into day_version
select organization_id, advertiser_id, report_type, date, as_of, report_id, loaded_at, row_count, 2, 2, '{}'
from advertiser_day;

-- What was loaded before: moved into the new tables.
select add_month(t, m.month)
from (select distinct date_trunc('month', date)::date as month from fact_campaign_daily) m,
    unnest(array['campaign_fact', 'order_day', 'line_item_day', 'creative_day']) as t;
insert into campaign_fact
select f.organization_id, f.advertiser_id, f.placement_id, f.impressions, f.clicks, f.detail_page_views, f.purchases, f.units_sold,
    f.new_to_brand_purchases, f.add_to_cart, f.total_cost_micros, f.sales_micros, f.new_to_brand_sales_micros, d.as_of, f.date, f.currency
from fact_campaign_daily f join advertiser_day d using (organization_id, advertiser_id, date);
drop table fact_campaign_daily;
insert into order_day
select f.organization_id, f.advertiser_id, k.order_key, sum(f.impressions), sum(f.clicks), sum(f.detail_page_views), sum(f.purchases),
    sum(f.units_sold), sum(f.new_to_brand_purchases), sum(f.add_to_cart),
    sum(f.total_cost_micros), sum(f.sales_micros), sum(f.new_to_brand_sales_micros),
    count(*), f.date, f.currency
from campaign_fact f join campaign_key k using (key_id)
group by f.organization_id, f.advertiser_id, k.order_key, f.date, f.currency;
insert into line_item_day
select f.organization_id, f.advertiser_id, k.line_item_key, sum(f.impressions), sum(f.clicks), sum(f.detail_page_views), sum(f.purchases),
    sum(f.units_sold), sum(f.new_to_brand_purchases), sum(f.add_to_cart),
    sum(f.total_cost_micros), sum(f.sales_micros), sum(f.new_to_brand_sales_micros),
    count(*), f.date, f.currency
from campaign_fact f join campaign_key k using (key_id)
group by f.organization_id, f.advertiser_id, k.line_item_key, f.date, f.currency;
insert into creative_day
select f.organization_id, f.advertiser_id, k.creative_key, sum(f.impressions), sum(f.clicks), sum(f.detail_page_views), sum(f.purchases),
    sum(f.units_sold), sum(f.new_to_brand_purchases), sum(f.add_to_cart),
    sum(f.total_cost_micros), sum(f.sales_micros), sum(f.new_to_brand_sales_micros),
    count(*), f.date, f.currency
from campaign_fact f join campaign_key k using (key_id)
group by f.organization_id, f.advertiser_id, k.creative_key, f.date, f.currency;
