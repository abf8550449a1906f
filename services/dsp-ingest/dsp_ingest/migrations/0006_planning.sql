-- What is known of each day, so that the plan asks only for what is missing; and whose turn it is.

create table coverage (
    advertiser_id uuid not null references advertiser,
    organization_id uuid not null,
    report_type text not null,
    day date not null,
    as_of timestamptz not null,
    report_id uuid not null,
    primary key (advertiser_id, report_type, day)
);
alter table coverage enable row level security;
alter table coverage force row level security;
create policy tenant on coverage
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = coverage.advertiser_id)
    )
    with check (app_sees(organization_id));
insert into coverage (advertiser_id, organization_id, report_type, day, as_of, report_id)
select distinct on (advertiser_id, report_type, d.day)
    advertiser_id, organization_id, report_type, d.day::date, as_of, report_id
from report, generate_series(start_date, end_date, interval '1 day') as d (day)
where state = 'landed' and as_of is not null
order by advertiser_id, report_type, d.day, as_of desc;

-- Days somebody found missing or wrong; gone once they landed anew.
create table gap (
    advertiser_id uuid not null references advertiser,
    organization_id uuid not null,
    report_type text not null,
    day date not null,
    asked_at timestamptz not null,
    primary key (advertiser_id, report_type, day)
);
alter table gap enable row level security;
alter table gap force row level security;
create policy tenant on gap
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = gap.advertiser_id)
    )
    with check (app_sees(organization_id));

-- A person's order for history. `missing`: report type → days that were missing when it was given.
create table backfill (
    backfill_id uuid primary key,
    organization_id uuid not null,
    advertiser_id uuid not null references advertiser,
    from_date date not null,
    to_date date not null,
    missing jsonb not null,
    state text not null check (state in ('running', 'paused', 'completed', 'cancelled')),
    created_at timestamptz not null,
    finished_at timestamptz
);
create unique index backfill_open on backfill (advertiser_id) where state in ('running', 'paused');
create index backfill_organization on backfill (organization_id, created_at desc);
alter table backfill enable row level security;
alter table backfill force row level security;
create policy tenant on backfill
    using (
        app_sees(organization_id)
        and exists (select from advertiser a where a.advertiser_id = backfill.advertiser_id)
    )
    with check (app_sees(organization_id));

alter table report
    add column lane text not null default 'fresh'
        check (lane in ('interactive', 'fresh', 'settle', 'backfill')),
    add column reason text not null default 'fresh'
        check (reason in (
            'interactive', 'gap', 'intraday', 'fresh', 'settle', 'restate', 'backfill')),
    add column due_at timestamptz;
drop index report_due;
create index report_lane_due on report (lane, next_attempt_at)
    where state not in ('landed', 'rejected', 'failed');
create index report_spent on report (advertiser_id, report_type, created_at);

-- Two syncs of a type may be open: the one people wait for never stands behind older days.
alter table sync add column urgent boolean not null default true;
drop index sync_open;
create unique index sync_open on sync (advertiser_id, report_type, urgent) where closed_at is null;

-- Whose turn it was when, per lane; an advertiser without a brand stands for itself.
create sequence claim_turn;
create table brand_turn (
    organization_id uuid not null,
    brand_key uuid not null,
    lane text not null,
    turn bigint not null,
    primary key (organization_id, brand_key, lane)
);
alter table brand_turn enable row level security;
alter table brand_turn force row level security;
create policy tenant on brand_turn
    using (app_sees(organization_id)) with check (app_sees(organization_id));
