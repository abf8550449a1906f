-- How many refreshes were due, and what became of them: per organization and hour in which they fell due.

create table continuity_hour (
    organization_id uuid not null,
    hour timestamptz not null,
    due integer not null default 0,
    done integer not null default 0,
    late integer not null default 0,
    failed integer not null default 0,
    primary key (organization_id, hour)
);
alter table continuity_hour enable row level security;
alter table continuity_hour force row level security;
create policy tenant on continuity_hour
    using (app_sees(organization_id)) with check (app_sees(organization_id));

alter table credential
    -- When this token's refresh was planned for; failures move next_refresh_at, never this.
    add column due_at timestamptz,
    -- Whether that refresh stands in continuity_hour already.
    add column due_counted boolean not null default false;
update credential set due_at = next_refresh_at;
alter table credential alter column due_at set not null;
