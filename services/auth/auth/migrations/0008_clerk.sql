-- What Clerk told of its users, organizations, memberships and sessions, in whatever order it came.
-- Each row holds the newest version seen; a deletion stays for ever, also when it comes before what it
-- deletes. `auth.clerk.settle` makes users, organizations and memberships here agree with these rows.

create table clerk_user (
    clerk_id text primary key check (length(clerk_id) <= 128),
    user_id uuid unique references app_user (id),
    email text check (email = lower(email) and length(email) <= 320),
    name text not null default '',
    version bigint not null,
    deleted_at timestamptz
);
create index clerk_user_email on clerk_user (email) where deleted_at is null;
comment on column clerk_user.email is 'the verified primary address; null: none, so it identifies nobody here';
comment on column clerk_user.version is 'updated_at at Clerk, in milliseconds';
alter table clerk_user enable row level security;
alter table clerk_user force row level security;
create policy system_only on clerk_user using (app_sees(null)) with check (app_sees(null));

create table clerk_organization (
    clerk_id text primary key check (length(clerk_id) <= 128),
    organization_id uuid unique references organization (id),
    name text not null default '',
    version bigint not null,
    owner_id uuid references app_user (id),
    deleted_at timestamptz
);
comment on column clerk_organization.owner_id is 'whom the first-admin rule made owner; a transfer here stays';
alter table clerk_organization enable row level security;
alter table clerk_organization force row level security;
create policy tenant on clerk_organization
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table clerk_membership (
    clerk_id text primary key check (length(clerk_id) <= 128),
    clerk_organization_id text check (length(clerk_organization_id) <= 128),
    clerk_user_id text check (length(clerk_user_id) <= 128),
    role text not null default '',
    version bigint not null,
    admin_since bigint,
    deleted_at timestamptz
);
create index clerk_membership_organization on clerk_membership (clerk_organization_id);
create index clerk_membership_user on clerk_membership (clerk_user_id);
comment on column clerk_membership.admin_since is 'the oldest version seen that made them an admin';
alter table clerk_membership enable row level security;
alter table clerk_membership force row level security;
create policy system_only on clerk_membership using (app_sees(null)) with check (app_sees(null));

create table clerk_member (
    organization_id uuid not null references organization (id),
    user_id uuid not null references app_user (id),
    role text not null,
    primary key (organization_id, user_id)
);
create index clerk_member_user on clerk_member (user_id);
comment on table clerk_member is
    'members that Clerk brought, and the role that was granted for it; other grants made here stay until it changes';
alter table clerk_member enable row level security;
alter table clerk_member force row level security;
create policy tenant on clerk_member
    using (app_sees(organization_id)) with check (app_sees(organization_id));

create table clerk_session_end (
    clerk_id text primary key check (length(clerk_id) <= 128),
    ended_at timestamptz not null
);
create index clerk_session_end_ended on clerk_session_end (ended_at);
comment on table clerk_session_end is 'a session that ended at Clerk, also before it was used here';
alter table clerk_session_end enable row level security;
alter table clerk_session_end force row level security;
create policy system_only on clerk_session_end using (app_sees(null)) with check (app_sees(null));

alter table session add column clerk_session_id text check (length(clerk_session_id) <= 128);
create index session_clerk on session (clerk_session_id) where clerk_session_id is not null;

create table clerk_delivery (
    id text primary key check (length(id) <= 128),
    received_at timestamptz not null
);
create index clerk_delivery_received on clerk_delivery (received_at);
comment on table clerk_delivery is 'svix-id of webhooks that were applied';
alter table clerk_delivery enable row level security;
alter table clerk_delivery force row level security;
create policy system_only on clerk_delivery using (app_sees(null)) with check (app_sees(null));
