-- Advertisers whose history is not kept: a tombstone that no late event passes, and the order to delete
-- their files.
create table erased_advertiser (
    advertiser_id uuid primary key,
    organization_id uuid not null,
    erased_at timestamptz not null,
    -- How often the files were deleted; twice, for a step under way may land one more.
    deletions integer not null default 0,
    next_attempt_at timestamptz not null,
    finished_at timestamptz
);
create index erased_advertiser_due on erased_advertiser (next_attempt_at) where finished_at is null;
create index erased_advertiser_organization on erased_advertiser (organization_id);
alter table erased_advertiser enable row level security;
alter table erased_advertiser force row level security;
create policy tenant on erased_advertiser
    using (app_sees(organization_id)) with check (app_sees(organization_id));
