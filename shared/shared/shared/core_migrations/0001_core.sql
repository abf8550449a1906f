-- What every service's schema has: the tenant wall's two functions, outbox, inbox and parked messages.

-- True when the transaction may see the organization's rows. app.organization_id is '*' for the
-- service's own work, an id for a caller's, and unset (so: nothing) by default.
create function app_sees(organization_id uuid) returns boolean
language sql stable parallel safe as $$
    select current_setting('app.organization_id', true) = '*'
        or organization_id = nullif(nullif(current_setting('app.organization_id', true), '*'), '')::uuid
$$;

-- The same for brands: app.brand_ids is '*' for every brand, else a comma list. No brand: only with '*'.
create function app_sees_brand(brand_id uuid) returns boolean
language sql stable parallel safe as $$
    select coalesce(
        current_setting('app.brand_ids', true) = '*'
        or brand_id::text = any (string_to_array(current_setting('app.brand_ids', true), ',')),
        false)
$$;

create table outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null unique,
    topic text not null,
    key text not null,
    payload text not null,
    traceparent text,
    created_at timestamptz not null default clock_timestamp(),
    published_at timestamptz
);
create index outbox_unpublished on outbox (id) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

create table inbox (
    event_id uuid primary key,
    received_at timestamptz not null default now()
);
create index inbox_received on inbox (received_at);

create table parked_message (
    id uuid primary key,
    topic text not null,
    partition integer not null,
    kafka_offset bigint not null,
    key bytea,
    value bytea not null,
    error text not null,
    parked_at timestamptz not null default now(),
    replayed_at timestamptz,
    unique (topic, partition, kafka_offset)
);
