-- Why: storage parameters, append-only triggers and the exclusion constraint, none of which drizzle-kit can express.

-- A spend rewrites its balance row, in no indexed column: half a page of room keeps every such update heap-only.
alter table "bursar"."balances" set (fillfactor = 50);
--> statement-breakpoint
alter table "bursar"."grants" set (fillfactor = 80);
--> statement-breakpoint
alter table "bursar"."hold_legs" set (fillfactor = 80);
--> statement-breakpoint
-- The publisher reads the newest entries by their writer: they must be summarised without waiting for a vacuum.
alter index "bursar"."entries_by_writer" set (autosummarize = on);
--> statement-breakpoint
create function "bursar"."refuse_change"() returns trigger
  language plpgsql as $$
begin
  raise exception '% on %.% is forbidden: its rows are append-only, so write a further row that corrects the first',
    tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation';
end
$$;
--> statement-breakpoint
create trigger "entries_are_append_only" before update or delete or truncate on "bursar"."entries"
  for each statement execute function "bursar"."refuse_change"();
--> statement-breakpoint
create trigger "draws_are_append_only" before update or delete or truncate on "bursar"."draws"
  for each statement execute function "bursar"."refuse_change"();
--> statement-breakpoint
create trigger "entry_meta_is_append_only" before update or delete or truncate on "bursar"."entry_meta"
  for each statement execute function "bursar"."refuse_change"();
--> statement-breakpoint
create trigger "plan_versions_are_append_only" before update or delete or truncate on "bursar"."plan_versions"
  for each statement execute function "bursar"."refuse_change"();
--> statement-breakpoint
-- Ranges instead of equality, so that no extension is needed. `greatest` would ignore a null end: hence the coalesce.
alter table "bursar"."subscriptions" add constraint "subscriptions_one_live_per_family" exclude using gist (
  int4range("tenant_id", "tenant_id", '[]') with &&,
  int8range("customer_id", "customer_id", '[]') with &&,
  int4range("family_id", "family_id", '[]') with &&,
  tstzrange("starts_at", greatest("starts_at", coalesce("ends_at", 'infinity'))) with &&
) where ("family_id" is not null and "deleted_at" is null);
