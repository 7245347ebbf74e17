-- Why: what was paid for is kept as it was then, under numbers of which none is missing.
CREATE TABLE "bursar"."receipt_counters" (
	"tenant_id" integer PRIMARY KEY NOT NULL,
	"last" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bursar"."receipts" (
	"tenant_id" integer NOT NULL,
	"number" bigint NOT NULL,
	"order_id" text NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"document" jsonb NOT NULL,
	CONSTRAINT "receipts_pkey" PRIMARY KEY("tenant_id","number"),
	CONSTRAINT "receipts_number_from_1" CHECK ("bursar"."receipts"."number" between 1 and 9007199254740991)
);
--> statement-breakpoint
ALTER TABLE "bursar"."receipt_counters" ADD CONSTRAINT "receipt_counters_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."receipts" ADD CONSTRAINT "receipts_of_an_order" FOREIGN KEY ("tenant_id","order_id") REFERENCES "bursar"."orders"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "receipts_one_per_order" ON "bursar"."receipts" USING btree ("tenant_id","order_id");
--> statement-breakpoint
create trigger "receipts_is_append_only" before update or delete or truncate on "bursar"."receipts"
  for each statement execute function "bursar"."refuse_change"();
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."receipt_counters" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."receipts" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
