-- What advertisers booked: one row per version of a campaign, ad group, ad or association, kept for good, and
-- the listings that find them.

create table entity_version (
    version_id bigint generated always as identity primary key,
    organization_id uuid not null,
    advertiser_id uuid not null references advertiser,
    kind text not null check (kind in ('campaign', 'ad_group', 'ad', 'ad_association')),
    entity_id text not null,
    -- 'found': there when the advertiser was first listed; 'created': came later.
    change text not null check (change in ('found', 'created', 'changed', 'deleted', 'restored')),
    -- Everything that is followed, by name; changes of it as [{field, before, after}].
    fields jsonb not null,
    changes jsonb not null default '[]',
    changed_fields text[] not null default '{}',
    deleted boolean not null default false,
    amazon_created_at timestamptz,
    amazon_updated_at timestamptz,
    seen_at timestamptz not null,
    -- Valid from when Amazon says it was changed, or from when it was seen where Amazon doesn't say.
    valid_from timestamptz not null,
    valid_to timestamptz,
    -- The first listing without it, until another one confirms that it is gone.
    missing_since timestamptz,
    name text generated always as (coalesce(fields ->> 'name', '')) stored,
    state text generated always as (fields ->> 'state') stored,
    campaign_id text generated always as (
        case kind when 'campaign' then entity_id else fields ->> 'campaign_id' end) stored,
    ad_group_id text generated always as (
        case kind when 'ad_group' then entity_id else fields ->> 'ad_group_id' end) stored,
    ad_id text generated always as (
        case kind when 'ad' then entity_id else fields ->> 'ad_id' end) stored,
    check (valid_to is null or valid_from <= valid_to)
);
create unique index entity_version_current on entity_version (advertiser_id, kind, entity_id)
    where valid_to is null;
create index entity_version_entity on entity_version (organization_id, kind, entity_id, valid_from);
create index entity_version_campaign on entity_version (organization_id, kind, campaign_id)
    where kind = 'ad_group';
create index entity_version_ad on entity_version (organization_id, ad_id) where kind = 'ad_association';
create index entity_version_shown on entity_version (organization_id, ad_group_id)
    where kind = 'ad_association';
create index entity_version_change on entity_version (organization_id, version_id)
    where change <> 'found';
alter table entity_version enable row level security;
alter table entity_version force row level security;
create policy tenant on entity_version
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = entity_version.advertiser_id)
    )
    with check (app_sees(organization_id));

-- One per advertiser: when it is due, and where the one under way stands.
create table listing (
    advertiser_id uuid primary key references advertiser,
    organization_id uuid not null,
    due_at timestamptz not null,
    listing_id uuid,
    scope text check (scope in ('full', 'light')),
    kind text check (kind in ('campaign', 'ad_group', 'ad', 'ad_association')),
    page_token text,
    page_count integer not null default 0,
    started_at timestamptz,
    kind_started_at timestamptz,
    connection_id uuid,
    lease_token uuid,
    lease_until timestamptz,
    attempts integer not null default 0,
    error_code text,
    detail text,
    -- When the newest finished ones began: what they tell is at least as young.
    listed_at timestamptz,
    full_listed_at timestamptz,
    check ((listing_id is null) = (kind is null))
);
create index listing_due on listing (due_at);
create index listing_organization on listing (organization_id);
alter table listing enable row level security;
alter table listing force row level security;
create policy tenant on listing
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = listing.advertiser_id)
    )
    with check (app_sees(organization_id));

-- What the listing under way has shown so far of the kind it is at.
create table listed_entity (
    listing_id uuid not null,
    organization_id uuid not null,
    advertiser_id uuid not null references listing,
    entity_id text not null,
    primary key (listing_id, entity_id)
);
create index listed_entity_advertiser on listed_entity (advertiser_id);
alter table listed_entity enable row level security;
alter table listed_entity force row level security;
create policy tenant on listed_entity
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = listed_entity.advertiser_id)
    )
    with check (app_sees(organization_id));

select set_config('app.organization_id', '*', true), set_config('app.brand_ids', '*', true);
insert into listing (advertiser_id, organization_id, due_at)
select advertiser_id, organization_id, now() from advertiser;
