-- What each connection was seen to see, which of them serves an advertiser and why, who reaches AMC.

-- How the connection reaches the advertiser: the profile's access level, or through a manager account.
alter table advertiser_connection
    add column access text not null default 'view' check (access in ('edit', 'view')),
    add column manager_account_id text not null default '';

alter table discovery
    add column managers int not null default 0,
    add column amc_accounts int not null default 0;

create table sighting (
    id uuid primary key,
    organization_id uuid not null,
    connection_id uuid not null,
    kind text not null check (kind in ('seat', 'profile', 'manager', 'advertiser', 'amc_account')),
    region text not null check (region in ('NA', 'EU', 'FE')),
    amazon_id text not null,
    name text not null,
    -- Of a seat: its entity; of an advertiser: the seat or manager it was found under.
    parent_id text not null default '',
    access text not null default '' check (access in ('', 'edit', 'view')),
    linked int not null default 0,
    complete boolean not null default true,
    seen_by uuid not null,
    seen_at timestamptz not null,
    gone_by uuid,
    gone_at timestamptz,
    check ((gone_by is null) = (gone_at is null)),
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create unique index sighting_present on sighting (connection_id, kind, region, amazon_id) where gone_at is null;
create index sighting_seen on sighting (organization_id, connection_id, seen_at);
create index sighting_gone on sighting (gone_at) where gone_at is not null;
comment on table sighting is
    'what a connection saw from one discovery (seen_by) until another no longer did (gone_by)';
alter table sighting enable row level security;
alter table sighting force row level security;
-- A caller limited to brands sees the sightings of their advertisers only.
create policy tenant on sighting
    using (app_sees(organization_id) and (app_sees_brand(null) or (kind = 'advertiser' and exists (
        select 1 from advertiser a where a.organization_id = sighting.organization_id
          and a.amazon_advertiser_id = sighting.amazon_id and app_sees_brand(a.brand_id)))))
    with check (app_sees(organization_id) and app_sees_brand(null));

create table grant_standing (
    connection_id uuid primary key,
    organization_id uuid not null,
    credential_state text not null,
    failing_since timestamptz,
    falls int not null default 0,
    fallen_at timestamptz,
    recovered_at timestamptz,
    level text not null default 'good' check (level in ('good', 'watch', 'poor', 'dead')),
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create index grant_standing_organization on grant_standing (organization_id);
comment on table grant_standing is 'how steady a connection has been: what succession ranks it by';
alter table grant_standing enable row level security;
alter table grant_standing force row level security;
create policy tenant on grant_standing
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table advertiser_serving (
    advertiser_id uuid primary key,
    organization_id uuid not null,
    connection_id uuid,
    served boolean not null,
    cause text not null,
    previous_connection_id uuid,
    since timestamptz not null,
    pinned_connection_id uuid,
    -- A user's id, or an API key's.
    pinned_by text,
    pinned_at timestamptz,
    foreign key (organization_id, advertiser_id) references advertiser (organization_id, id) on delete cascade,
    foreign key (organization_id, connection_id) references connection (organization_id, id)
        on delete set null (connection_id),
    foreign key (organization_id, pinned_connection_id) references connection (organization_id, id)
        on delete set null (pinned_connection_id)
);
create index advertiser_serving_connection on advertiser_serving (organization_id, connection_id);
create index advertiser_serving_pinned on advertiser_serving (organization_id, pinned_connection_id)
    where pinned_connection_id is not null;
comment on table advertiser_serving is
    'the connection an advertiser is pulled through; one that no longer works stays named, served is false';
alter table advertiser_serving enable row level security;
alter table advertiser_serving force row level security;
create policy tenant on advertiser_serving
    using (app_sees(organization_id) and (app_sees_brand(null) or exists (
        select 1 from advertiser a where a.organization_id = advertiser_serving.organization_id
          and a.id = advertiser_serving.advertiser_id and app_sees_brand(a.brand_id))))
    with check (app_sees(organization_id));

create table serving_review (
    organization_id uuid primary key references organization (id) on delete cascade,
    due_at timestamptz not null
);
create index serving_review_due on serving_review (due_at);
comment on table serving_review is 'when an organization''s choices are looked over: time alone changes some';
alter table serving_review enable row level security;
alter table serving_review force row level security;
create policy tenant on serving_review
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table amc_instance_connection (
    organization_id uuid not null,
    connection_id uuid not null,
    instance_id uuid not null,
    amazon_instance_id text not null,
    name text not null,
    account_name text not null,
    told_at timestamptz not null,
    lost boolean not null default false,
    primary key (connection_id, instance_id),
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create index amc_instance_connection_instance on amc_instance_connection (organization_id, instance_id);
comment on table amc_instance_connection is 'which connections reach an AMC instance, as amc-runner tells';
alter table amc_instance_connection enable row level security;
alter table amc_instance_connection force row level security;
create policy tenant on amc_instance_connection
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));

insert into grant_standing (connection_id, organization_id, credential_state)
select id, organization_id, credential_state from connection where status = 'active';

insert into advertiser_serving (advertiser_id, organization_id, connection_id, served, cause, since)
select distinct on (a.id) a.id, a.organization_id, l.connection_id,
       c.status = 'active' and c.credential_state not in ('reauth_required', 'suspended'),
       'first_seen', l.linked_at
from advertiser a
join advertiser_connection l on l.organization_id = a.organization_id and l.advertiser_id = a.id
join connection c on c.organization_id = l.organization_id and c.id = l.connection_id
order by a.id, c.credential_state in ('reauth_required', 'suspended'), l.linked_at, l.connection_id;

insert into sighting (id, organization_id, connection_id, kind, region, amazon_id, name, parent_id,
                      access, seen_by, seen_at)
select gen_random_uuid(), l.organization_id, l.connection_id, 'advertiser', l.region,
       a.amazon_advertiser_id, a.name, l.profile_id, 'view', gen_random_uuid(), l.linked_at
from advertiser_connection l
join advertiser a on a.organization_id = l.organization_id and a.id = l.advertiser_id;

insert into serving_review (organization_id, due_at)
select distinct organization_id, now() from advertiser_serving;
