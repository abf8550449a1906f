-- Invitations, viewing as another member, and when a member was last seen.

alter table membership add column last_seen_at timestamptz;
comment on column membership.last_seen_at is 'outlives the sessions it was told by';

create table invitation (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    email text not null check (email = lower(email) and length(email) <= 320),
    invited_by uuid not null,
    link_hash bytea not null unique check (octet_length(link_hash) = 32),
    letter_hash bytea not null unique check (octet_length(letter_hash) = 32),
    created_at timestamptz not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid,
    revoked_at timestamptz,
    unique (organization_id, id),
    check (num_nonnulls(accepted_at, revoked_at) <= 1)
);
create unique index invitation_open on invitation (organization_id, email)
    where accepted_at is null and revoked_at is null;
create index invitation_inviter on invitation (organization_id, invited_by)
    where accepted_at is null and revoked_at is null;
create index invitation_expires on invitation (expires_at);
comment on column invitation.link_hash is 'the link the inviter may copy: shows that they were given it';
comment on column invitation.letter_hash is 'the link in the letter: shows that the address is theirs, too';
alter table invitation enable row level security;
alter table invitation force row level security;
create policy tenant on invitation using (app_sees(organization_id)) with check (app_sees(organization_id));

create table invitation_grant (
    id uuid primary key,
    organization_id uuid not null,
    invitation_id uuid not null,
    role text check (role in ('owner', 'admin', 'analyst', 'viewer', 'client')),
    role_id uuid,
    brand_ids uuid[],
    position int not null,
    foreign key (organization_id, invitation_id) references invitation (organization_id, id) on delete cascade,
    foreign key (organization_id, role_id) references role (organization_id, id),
    check (num_nonnulls(role, role_id) = 1),
    check (role is distinct from 'owner' or brand_ids is null)
);
create index invitation_grant_invitation on invitation_grant (organization_id, invitation_id, position);
create index invitation_grant_role on invitation_grant (organization_id, role_id) where role_id is not null;
comment on table invitation_grant is 'what accepting gives; deleted when the invitation was accepted or revoked';
alter table invitation_grant enable row level security;
alter table invitation_grant force row level security;
create policy tenant on invitation_grant
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table view_as (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    session_id uuid not null,
    viewer_id uuid not null,
    user_id uuid not null,
    reason text not null check (length(reason) between 1 and 500),
    started_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    check (viewer_id <> user_id),
    check (expires_at <= started_at + interval '30 minutes')
);
create unique index view_as_open on view_as (organization_id, session_id) where ended_at is null;
create index view_as_started on view_as (organization_id, started_at);
comment on table view_as is 'who looked at the dashboard as whom, why and until when; kept as a log';
alter table view_as enable row level security;
alter table view_as force row level security;
create policy tenant on view_as using (app_sees(organization_id)) with check (app_sees(organization_id));
