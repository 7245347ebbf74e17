-- Why: what happened is rewarded once, and it is kept to whom, and what was taken back.
CREATE TABLE "bursar"."reward_events" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"alias" text NOT NULL,
	"external_id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"status" text NOT NULL,
	"base_amount" bigint,
	"base_unit" text,
	"unit" text,
	"clawback" text,
	"parent_id" text,
	"reversed_basis_points" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reward_events_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "reward_events_once" UNIQUE("tenant_id","alias","external_id"),
	CONSTRAINT "reward_events_status_is_known" CHECK ("bursar"."reward_events"."status" in ('processed', 'skipped')),
	CONSTRAINT "reward_events_clawback_is_known" CHECK ("bursar"."reward_events"."clawback" is null or "bursar"."reward_events"."clawback" in ('strict', 'allow_debt')),
	CONSTRAINT "reward_events_are_reversed_up_to_the_whole" CHECK ("bursar"."reward_events"."reversed_basis_points" between 0 and 10000),
	CONSTRAINT "reward_events_base_has_a_unit" CHECK (("bursar"."reward_events"."base_amount" is null) = ("bursar"."reward_events"."base_unit" is null)),
	CONSTRAINT "reward_events_base_in_safe_range" CHECK ("bursar"."reward_events"."base_amount" between -9007199254740991 and 9007199254740991)
);
--> statement-breakpoint
CREATE TABLE "bursar"."rewards" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."rewards_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"level" smallint NOT NULL,
	"amount" bigint NOT NULL,
	"outstanding" bigint DEFAULT 0 NOT NULL,
	"grant_id" bigint,
	"matures_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rewards_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "rewards_once" UNIQUE("tenant_id","event_id","customer_id","kind","level"),
	CONSTRAINT "rewards_kind_is_known" CHECK ("bursar"."rewards"."kind" in ('actor', 'upline')),
	CONSTRAINT "rewards_of_the_actor_have_no_level" CHECK (("bursar"."rewards"."kind" = 'actor') = ("bursar"."rewards"."level" = 0) and "bursar"."rewards"."level" >= 0),
	CONSTRAINT "rewards_outstanding_is_not_negative" CHECK ("bursar"."rewards"."outstanding" >= 0),
	CONSTRAINT "rewards_amount_in_safe_range" CHECK ("bursar"."rewards"."amount" between -9007199254740991 and 9007199254740991)
);
--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD CONSTRAINT "reward_events_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD CONSTRAINT "reward_events_reverse_one" FOREIGN KEY ("tenant_id","parent_id") REFERENCES "bursar"."reward_events"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."rewards" ADD CONSTRAINT "rewards_of_an_event" FOREIGN KEY ("tenant_id","event_id") REFERENCES "bursar"."reward_events"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."rewards" ADD CONSTRAINT "rewards_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."rewards" ADD CONSTRAINT "rewards_brought_by_a_grant" FOREIGN KEY ("tenant_id","grant_id") REFERENCES "bursar"."grants"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reward_events_by_customer" ON "bursar"."reward_events" USING btree ("tenant_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "rewards_by_customer" ON "bursar"."rewards" USING btree ("tenant_id","customer_id","id");