-- Why: what is ordered is kept as it was when it was ordered, and what became of it is never rewritten.
CREATE TABLE "bursar"."order_history" (
	"tenant_id" integer NOT NULL,
	"order_id" text NOT NULL,
	"sequence" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"status" text NOT NULL,
	"message" text,
	"payload" jsonb,
	"actor" text,
	CONSTRAINT "order_history_pkey" PRIMARY KEY("tenant_id","order_id","sequence"),
	CONSTRAINT "order_history_status_is_known" CHECK ("bursar"."order_history"."status" in ('pending', 'paid', 'refused', 'error', 'expired', 'partly_refunded', 'refunded', 'canceled', 'inconsistent'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."orders" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"parent_id" text,
	"place" smallint DEFAULT 0 NOT NULL,
	"offer" text NOT NULL,
	"offer_version_id" integer,
	"plan_version_id" integer,
	"title" text,
	"offer_group" text,
	"quantity" bigint NOT NULL,
	"currency" text NOT NULL,
	"price" bigint NOT NULL,
	"total" bigint NOT NULL,
	"country" text,
	"tax_rate" numeric(7, 4),
	"cycle" text,
	"grants" jsonb NOT NULL,
	"append" boolean NOT NULL,
	"not_before_start" boolean NOT NULL,
	"time_zone" text NOT NULL,
	"asks_start" timestamp (3) with time zone,
	"status" text DEFAULT 'pending' NOT NULL,
	"method" text,
	"starts_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"subscription_id" text,
	"lapses_at" timestamp (3) with time zone NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "orders_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "orders_id_has_1_to_255_characters" CHECK (length("bursar"."orders"."id") between 1 and 255),
	CONSTRAINT "orders_status_is_known" CHECK ("bursar"."orders"."status" in ('pending', 'paid', 'refused', 'error', 'expired', 'partly_refunded', 'refunded', 'canceled')),
	CONSTRAINT "orders_quantity_from_1" CHECK ("bursar"."orders"."quantity" between 1 and 9007199254740991),
	CONSTRAINT "orders_price_in_safe_range" CHECK ("bursar"."orders"."price" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "orders_total_in_safe_range" CHECK ("bursar"."orders"."total" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "orders_cost_nothing_or_more" CHECK ("bursar"."orders"."price" >= 0 and "bursar"."orders"."total" >= 0),
	CONSTRAINT "orders_paid_have_begun" CHECK ("bursar"."orders"."status" in ('pending', 'refused', 'error', 'canceled') or num_nonnulls("bursar"."orders"."paid_at", "bursar"."orders"."starts_at", "bursar"."orders"."method") = 3)
);
--> statement-breakpoint
ALTER TABLE "bursar"."order_history" ADD CONSTRAINT "order_history_of_an_order" FOREIGN KEY ("tenant_id","order_id") REFERENCES "bursar"."orders"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_in_a_bundle" FOREIGN KEY ("tenant_id","parent_id") REFERENCES "bursar"."orders"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_of_an_offer_version" FOREIGN KEY ("tenant_id","offer_version_id") REFERENCES "bursar"."offer_versions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_of_a_plan_version" FOREIGN KEY ("tenant_id","plan_version_id") REFERENCES "bursar"."plan_versions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "orders_by_customer" ON "bursar"."orders" USING btree ("tenant_id","customer_id","created_at");--> statement-breakpoint
CREATE INDEX "orders_by_parent" ON "bursar"."orders" USING btree ("tenant_id","parent_id");--> statement-breakpoint
CREATE INDEX "orders_by_due" ON "bursar"."orders" USING btree ("tenant_id","due_at");
--> statement-breakpoint
create trigger "order_history_is_append_only" before update or delete or truncate on "bursar"."order_history"
  for each statement execute function "bursar"."refuse_change"();
