-- Advertisers whose history is not kept: a tombstone that no late event passes, and the order to delete
-- their numbers.
create table erased_advertiser (
    organization_id uuid not null,
    advertiser_id uuid not null,
    erased_at timestamptz not null,
    finished_at timestamptz,
    primary key (organization_id, advertiser_id)
);
create index erased_advertiser_due on erased_advertiser (erased_at) where finished_at is null;
alter table erased_advertiser enable row level security;
alter table erased_advertiser force row level security;
create policy tenant on erased_advertiser
    using (app_sees(organization_id)) with check (app_sees(organization_id));
