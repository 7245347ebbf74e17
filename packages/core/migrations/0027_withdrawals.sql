-- Why: what customers ask to be paid out, at which rate, where it is to go, and what became of each, kept for good.
CREATE TABLE "bursar"."payout_details" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."payout_details_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"customer_id" bigint NOT NULL,
	"fingerprint" text NOT NULL,
	"details" jsonb,
	"first_named_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payout_details_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "payout_details_once" UNIQUE("tenant_id","customer_id","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "bursar"."withdrawal_history" (
	"tenant_id" integer NOT NULL,
	"withdrawal_id" text NOT NULL,
	"sequence" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"actor_id" bigint,
	CONSTRAINT "withdrawal_history_pkey" PRIMARY KEY("tenant_id","withdrawal_id","sequence"),
	CONSTRAINT "withdrawal_history_status_is_known" CHECK ("bursar"."withdrawal_history"."status" in ('pending', 'approved', 'sending', 'unknown', 'paid', 'failed', 'rejected', 'canceled'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."withdrawals" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"method" text NOT NULL,
	"details_id" bigint NOT NULL,
	"payout" bigint NOT NULL,
	"currency" text NOT NULL,
	"amount" bigint NOT NULL,
	"unit" text NOT NULL,
	"rate" numeric(60, 10) NOT NULL,
	"rate_of" text NOT NULL,
	"rate_per" text NOT NULL,
	"rate_source" text NOT NULL,
	"rate_at" timestamp (3) with time zone NOT NULL,
	"hold_id" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"payable_from" timestamp (3) with time zone NOT NULL,
	"reference" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "withdrawals_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "withdrawals_have_a_hold_each" UNIQUE("tenant_id","hold_id"),
	CONSTRAINT "withdrawals_status_is_known" CHECK ("bursar"."withdrawals"."status" in ('pending', 'approved', 'sending', 'unknown', 'paid', 'failed', 'rejected', 'canceled')),
	CONSTRAINT "withdrawals_payout_in_safe_range" CHECK ("bursar"."withdrawals"."payout" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "withdrawals_amount_in_safe_range" CHECK ("bursar"."withdrawals"."amount" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "withdrawals_pay_out_something" CHECK ("bursar"."withdrawals"."payout" > 0 and "bursar"."withdrawals"."amount" > 0 and "bursar"."withdrawals"."rate" >= 0)
);
--> statement-breakpoint
ALTER TABLE "bursar"."payout_details" ADD CONSTRAINT "payout_details_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."withdrawal_history" ADD CONSTRAINT "withdrawal_history_of_a_withdrawal" FOREIGN KEY ("tenant_id","withdrawal_id") REFERENCES "bursar"."withdrawals"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."withdrawal_history" ADD CONSTRAINT "withdrawal_history_by_an_actor" FOREIGN KEY ("tenant_id","actor_id") REFERENCES "bursar"."parties"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."withdrawals" ADD CONSTRAINT "withdrawals_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."withdrawals" ADD CONSTRAINT "withdrawals_to_details" FOREIGN KEY ("tenant_id","details_id") REFERENCES "bursar"."payout_details"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."withdrawals" ADD CONSTRAINT "withdrawals_set_aside_by_a_hold" FOREIGN KEY ("tenant_id","hold_id") REFERENCES "bursar"."holds"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "withdrawals_by_customer" ON "bursar"."withdrawals" USING btree ("tenant_id","customer_id","created_at");--> statement-breakpoint
CREATE INDEX "withdrawals_by_time" ON "bursar"."withdrawals" USING btree ("tenant_id","created_at");--> statement-breakpoint
create trigger "withdrawal_history_is_append_only" before update or delete or truncate on "bursar"."withdrawal_history"
  for each statement execute function "bursar"."refuse_change"();
