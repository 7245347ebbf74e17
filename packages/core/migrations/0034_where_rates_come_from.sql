-- Why: what providers of exchange rates published last, and the rates that operators set in their place.
CREATE TABLE "bursar"."manual_rates" (
	"tenant_id" integer NOT NULL,
	"from_unit" text NOT NULL,
	"to_unit" text NOT NULL,
	"rate" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "manual_rates_pkey" PRIMARY KEY("tenant_id","from_unit","to_unit")
);
--> statement-breakpoint
CREATE TABLE "bursar"."rate_sheets" (
	"provider" text PRIMARY KEY NOT NULL,
	"base" text,
	"rates" jsonb,
	"published_at" timestamp (3) with time zone,
	"fetched_at" timestamp (3) with time zone,
	"leased_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "bursar"."manual_rates" ADD CONSTRAINT "manual_rates_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
create policy "tenants_apart" on "bursar"."manual_rates" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
