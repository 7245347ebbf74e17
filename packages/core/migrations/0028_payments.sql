-- Why: orders are paid at gateways, and what those tell is kept once.
CREATE TABLE "bursar"."gateway_events" (
	"tenant_id" integer NOT NULL,
	"gateway" text NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"payment_id" text,
	"outcome" text NOT NULL,
	CONSTRAINT "gateway_events_pkey" PRIMARY KEY("tenant_id","gateway","id"),
	CONSTRAINT "gateway_events_outcome_is_known" CHECK ("bursar"."gateway_events"."outcome" in ('applied', 'ignored', 'flagged'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."payments" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"order_id" text NOT NULL,
	"gateway" text NOT NULL,
	"external_id" text,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"scale" bigint NOT NULL,
	"request" jsonb NOT NULL,
	"state" text DEFAULT 'creating' NOT NULL,
	"state_at" timestamp (3) with time zone NOT NULL,
	"refusal" text,
	"refusal_at" timestamp (3) with time zone,
	"livemode" boolean,
	"refunded" bigint DEFAULT 0 NOT NULL,
	"disputed" boolean DEFAULT false NOT NULL,
	"flagged" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payments_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "payments_state_is_known" CHECK ("bursar"."payments"."state" in ('creating', 'open', 'processing', 'needs_payment_method', 'needs_action', 'needs_capture', 'unknown', 'canceled', 'succeeded')),
	CONSTRAINT "payments_refusal_is_known" CHECK (("bursar"."payments"."refusal" is null) = ("bursar"."payments"."refusal_at" is null) and coalesce("bursar"."payments"."refusal", 'error') in ('refused', 'error')),
	CONSTRAINT "payments_amount_in_safe_range" CHECK ("bursar"."payments"."amount" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "payments_are_of_something" CHECK ("bursar"."payments"."amount" > 0 and "bursar"."payments"."refunded" >= 0)
);
--> statement-breakpoint
ALTER TABLE "bursar"."gateway_events" ADD CONSTRAINT "gateway_events_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."payments" ADD CONSTRAINT "payments_of_an_order" FOREIGN KEY ("tenant_id","order_id") REFERENCES "bursar"."orders"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gateway_events_by_payment" ON "bursar"."gateway_events" USING btree ("tenant_id","payment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "payments_once_at_a_gateway" ON "bursar"."payments" USING btree ("tenant_id","gateway","external_id") WHERE "bursar"."payments"."external_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "payments_one_open_per_order" ON "bursar"."payments" USING btree ("tenant_id","order_id") WHERE "bursar"."payments"."state" not in ('succeeded', 'canceled') and "bursar"."payments"."refusal" is distinct from 'refused';--> statement-breakpoint
CREATE INDEX "payments_by_order" ON "bursar"."payments" USING btree ("tenant_id","order_id","created_at");