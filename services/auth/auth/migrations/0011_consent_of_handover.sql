-- Which consent a hand-over carries, whoever has its lease: a grant that Amazon gave for a code may be written
-- down by a holder that has lost the lease, and must not overwrite a newer consent.
alter table handover add column consent_id uuid not null default gen_random_uuid();
