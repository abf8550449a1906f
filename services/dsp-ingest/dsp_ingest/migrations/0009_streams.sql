-- Marketing Stream: what is subscribed to, which records were counted, what they add up to.

create table stream_subscription (
    advertiser_id uuid not null references advertiser,
    dataset_id text not null,
    organization_id uuid not null,
    subscription_id text,
    status text not null default '',
    -- Part of the request's token: raised to ask anew where a subscription has ended.
    generation integer not null default 1,
    -- Since when it is known to be active without a break; null: it is not.
    active_since timestamptz,
    next_check_at timestamptz not null,
    error_code text,
    error_detail text,
    primary key (advertiser_id, dataset_id)
);
create index stream_subscription_due on stream_subscription (next_check_at);
alter table stream_subscription enable row level security;
alter table stream_subscription force row level security;
create policy tenant on stream_subscription
    using (
        app_sees(organization_id)
        and exists (
            select from advertiser a where a.advertiser_id = stream_subscription.advertiser_id)
    )
    with check (app_sees(organization_id));

-- Records that were counted, by a digest of dataset and idempotency id: none counts twice. Kept longer
-- than a queue can keep a message.
create table stream_record (
    advertiser_id uuid not null,
    record_key uuid not null,
    organization_id uuid not null,
    received_at timestamptz not null,
    primary key (advertiser_id, record_key)
);
create index stream_record_received on stream_record (received_at);
alter table stream_record enable row level security;
alter table stream_record force row level security;
create policy tenant on stream_record
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = stream_record.advertiser_id)
    )
    with check (app_sees(organization_id));

-- Sums of the differences, by hour and creative of a line item. `date` is the advertiser's local day.
create table stream_hour (
    advertiser_id uuid not null,
    hour timestamptz not null,
    order_id text not null,
    line_item_id text not null,
    creative_id text not null,
    organization_id uuid not null,
    date date not null,
    creative_name text not null,
    impressions bigint not null default 0,
    clicks bigint not null default 0,
    detail_page_views bigint not null default 0,
    purchases bigint not null default 0,
    units_sold bigint not null default 0,
    new_to_brand_purchases bigint not null default 0,
    add_to_cart bigint not null default 0,
    total_cost_micros bigint not null default 0,
    sales_micros bigint not null default 0,
    new_to_brand_sales_micros bigint not null default 0,
    primary key (advertiser_id, hour, order_id, line_item_id, creative_id)
);
create index stream_hour_date on stream_hour (advertiser_id, date);
alter table stream_hour enable row level security;
alter table stream_hour force row level security;
create policy tenant on stream_hour
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = stream_hour.advertiser_id)
    )
    with check (app_sees(organization_id));

-- A day of an advertiser: `version` rises with every change, `landed_version` is what was announced.
create table stream_day (
    advertiser_id uuid not null references advertiser,
    date date not null,
    organization_id uuid not null,
    version bigint not null default 1,
    landed_version bigint not null default 0,
    -- When the newest message of the day was sent: the numbers are as of then.
    sent_at timestamptz not null,
    changed_at timestamptz not null,
    pending_since timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    primary key (advertiser_id, date)
);
create index stream_day_pending on stream_day (pending_since) where pending_since is not null;
alter table stream_day enable row level security;
alter table stream_day force row level security;
create policy tenant on stream_day
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = stream_day.advertiser_id)
    )
    with check (app_sees(organization_id));

-- Messages nobody could read, for whoever looks into them.
create table stream_parked (
    parked_id bigint generated always as identity primary key,
    queue_url text not null,
    message_id text not null,
    body text not null,
    error text not null,
    received_at timestamptz not null
);
create index stream_parked_received on stream_parked (received_at);
