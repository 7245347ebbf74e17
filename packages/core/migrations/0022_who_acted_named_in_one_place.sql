-- Why: erasing a person renames who acted in one row; the lines of the audit point to it, and stay append-only.
-- Existing lines are brought over once, with the trigger that forbids it put aside in this transaction.
ALTER TABLE "bursar"."audit" ADD COLUMN "actor_id" bigint;--> statement-breakpoint
insert into "bursar"."parties" ("tenant_id", "kind", "external_id")
select distinct "tenant_id", 'actor', left("actor", 255) from "bursar"."audit" where "actor" <> ''
on conflict do nothing;
--> statement-breakpoint
alter table "bursar"."audit" disable trigger "audit_is_append_only";
--> statement-breakpoint
update "bursar"."audit" as line set "actor_id" = party."id"
  from "bursar"."parties" as party
 where (party."tenant_id", party."kind", party."external_id") = (line."tenant_id", 'actor', left(line."actor", 255));
--> statement-breakpoint
alter table "bursar"."audit" enable trigger "audit_is_append_only";
--> statement-breakpoint
ALTER TABLE "bursar"."audit" ADD CONSTRAINT "audit_by_an_actor" FOREIGN KEY ("tenant_id","actor_id") REFERENCES "bursar"."parties"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."audit" DROP COLUMN "actor";
