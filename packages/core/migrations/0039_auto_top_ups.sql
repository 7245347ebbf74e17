-- Why: a customer may have more bought by itself when a balance runs low, one order at a time.
CREATE TABLE "bursar"."auto_top_ups" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"offer" text NOT NULL,
	"quantity" integer NOT NULL,
	"gateway" text,
	"most" integer NOT NULL,
	"per" text NOT NULL,
	"declines" smallint DEFAULT 0 NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"stopped_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "auto_top_ups_pkey" PRIMARY KEY("tenant_id","balance_id"),
	CONSTRAINT "auto_top_ups_buy_something" CHECK ("bursar"."auto_top_ups"."quantity" > 0 and "bursar"."auto_top_ups"."most" > 0)
);
--> statement-breakpoint
CREATE TABLE "bursar"."top_up_attempts" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"balance_id" bigint NOT NULL,
	"order_id" text,
	"state" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "top_up_attempts_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "top_up_attempts_state_is_known" CHECK ("bursar"."top_up_attempts"."state" in ('open', 'paid', 'declined', 'failed')),
	CONSTRAINT "top_up_attempts_end_at_some_time" CHECK (("bursar"."top_up_attempts"."state" = 'open') = ("bursar"."top_up_attempts"."ended_at" is null))
);
--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD COLUMN "top_up_at" bigint;--> statement-breakpoint
ALTER TABLE "bursar"."auto_top_ups" ADD CONSTRAINT "auto_top_ups_of_a_balance" FOREIGN KEY ("tenant_id","balance_id") REFERENCES "bursar"."balances"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."top_up_attempts" ADD CONSTRAINT "top_up_attempts_on_a_balance" FOREIGN KEY ("tenant_id","balance_id") REFERENCES "bursar"."balances"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."top_up_attempts" ADD CONSTRAINT "top_up_attempts_of_an_order" FOREIGN KEY ("tenant_id","order_id") REFERENCES "bursar"."orders"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "top_up_attempts_open_once_per_balance" ON "bursar"."top_up_attempts" USING btree ("tenant_id","balance_id") WHERE "bursar"."top_up_attempts"."state" = 'open';--> statement-breakpoint
CREATE INDEX "top_up_attempts_by_balance" ON "bursar"."top_up_attempts" USING btree ("tenant_id","balance_id","created_at");--> statement-breakpoint
create policy "tenants_apart" on "bursar"."auto_top_ups" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."top_up_attempts" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
