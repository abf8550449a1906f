-- What a member may do: one or more grants of a role, each for the whole organization or for some brands.

create table role (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    name text not null check (length(name) between 1 and 120),
    permissions text[] not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (organization_id, id)
);
create unique index role_name on role (organization_id, lower(name));
comment on table role is 'roles an organization made of named permissions, next to the built-in ones';
alter table role enable row level security;
alter table role force row level security;
create policy tenant on role using (app_sees(organization_id)) with check (app_sees(organization_id));

create table role_grant (
    id uuid primary key,
    organization_id uuid not null,
    user_id uuid not null,
    role text check (role in ('owner', 'admin', 'analyst', 'viewer', 'client')),
    role_id uuid,
    brand_ids uuid[],
    created_at timestamptz not null,
    foreign key (organization_id, user_id) references membership (organization_id, user_id) on delete cascade,
    foreign key (organization_id, role_id) references role (organization_id, id),
    check (num_nonnulls(role, role_id) = 1),
    check (role is distinct from 'owner' or brand_ids is null)
);
create index role_grant_member on role_grant (organization_id, user_id, created_at, id);
create index role_grant_role on role_grant (organization_id, role_id) where role_id is not null;
comment on column role_grant.role is 'a built-in role; role_id is one of the organization';
comment on column role_grant.brand_ids is 'null: every brand of the organization';
alter table role_grant enable row level security;
alter table role_grant force row level security;
create policy tenant on role_grant using (app_sees(organization_id)) with check (app_sees(organization_id));

insert into role_grant (id, organization_id, user_id, role, brand_ids, created_at)
select gen_random_uuid(), organization_id, user_id, role, brand_ids, created_at from membership;

alter table membership drop column role, drop column brand_ids;
