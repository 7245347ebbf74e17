-- Why: what went back of orders, and what is on its way, must never be more than was paid, whoever asks for it at once.
CREATE TABLE "bursar"."refunds" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"order_id" text NOT NULL,
	"payment_id" text,
	"source" text NOT NULL,
	"target" text NOT NULL,
	"amount" bigint NOT NULL,
	"sent" bigint NOT NULL,
	"state" text NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"external_id" text,
	"lots" jsonb NOT NULL,
	"outstanding" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"takes_all" boolean NOT NULL,
	"failure" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "refunds_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "refunds_amount_in_safe_range" CHECK ("bursar"."refunds"."amount" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "refunds_give_something_or_nothing" CHECK ("bursar"."refunds"."amount" >= 0 and ("bursar"."refunds"."amount" > 0 or "bursar"."refunds"."target" in ('gateway', 'none')) and ("bursar"."refunds"."amount" = 0 or "bursar"."refunds"."target" <> 'none')),
	CONSTRAINT "refunds_target_is_known" CHECK ("bursar"."refunds"."target" in ('gateway', 'wallet', 'manual', 'none') and ("bursar"."refunds"."target" <> 'gateway' or "bursar"."refunds"."payment_id" is not null)),
	CONSTRAINT "refunds_source_is_known" CHECK ("bursar"."refunds"."source" in ('asked', 'reported', 'dispute') and "bursar"."refunds"."sent" >= 0),
	CONSTRAINT "refunds_state_is_known" CHECK ("bursar"."refunds"."state" in ('pending', 'succeeded', 'failed')),
	CONSTRAINT "refunds_end_at_some_time" CHECK (("bursar"."refunds"."state" = 'pending') = ("bursar"."refunds"."ended_at" is null))
);
--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "refunded" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "refunding" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "outstanding" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "disputed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."refunds" ADD CONSTRAINT "refunds_of_an_order" FOREIGN KEY ("tenant_id","order_id") REFERENCES "bursar"."orders"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."refunds" ADD CONSTRAINT "refunds_of_a_payment" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "bursar"."payments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "refunds_by_order" ON "bursar"."refunds" USING btree ("tenant_id","order_id","id");--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_give_no_more_back_than_was_paid" CHECK ("bursar"."orders"."refunded" >= 0 and "bursar"."orders"."refunding" >= 0 and "bursar"."orders"."refunded" + "bursar"."orders"."refunding" <= "bursar"."orders"."total");--> statement-breakpoint
create policy "tenants_apart" on "bursar"."refunds" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
