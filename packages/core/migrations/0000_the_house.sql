-- Why: the first tables of every slice, as drizzle-kit reads them from src/*/schema.ts. What it cannot say stands in 0001.
-- (Edited once: IF NOT EXISTS, since the journal of migrations lives in the schema and comes first.)
CREATE SCHEMA IF NOT EXISTS "bursar";
--> statement-breakpoint
CREATE TABLE "bursar"."families" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."families_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	CONSTRAINT "families_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "families_key_once" UNIQUE("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "bursar"."features" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."features_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"title" text,
	"origin" text DEFAULT 'code' NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "features_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "features_key_once" UNIQUE("tenant_id","key"),
	CONSTRAINT "features_kind_is_known" CHECK ("bursar"."features"."kind" in ('boolean', 'metered', 'gauge', 'config')),
	CONSTRAINT "features_origin_is_known" CHECK ("bursar"."features"."origin" in ('code', 'runtime'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."plan_versions" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."plan_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"plan_id" integer NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"definition" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "plan_versions_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "plan_versions_number_once" UNIQUE("tenant_id","plan_id","version")
);
--> statement-breakpoint
CREATE TABLE "bursar"."plans" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."plans_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"origin" text DEFAULT 'code' NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "plans_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "plans_key_once" UNIQUE("tenant_id","key"),
	CONSTRAINT "plans_origin_is_known" CHECK ("bursar"."plans"."origin" in ('code', 'runtime'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."units" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."units_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"scale" smallint DEFAULT 0 NOT NULL,
	CONSTRAINT "units_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "units_key_once" UNIQUE("tenant_id","key"),
	CONSTRAINT "units_scale_0_to_9" CHECK ("bursar"."units"."scale" between 0 and 9)
);
--> statement-breakpoint
CREATE TABLE "bursar"."commands" (
	"tenant_id" integer NOT NULL,
	"scope" bigint NOT NULL,
	"verb" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" bigint NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "commands_once_per_key" PRIMARY KEY("tenant_id","scope","verb","key"),
	CONSTRAINT "commands_key_has_1_to_255_characters" CHECK (length("bursar"."commands"."key") between 1 and 255)
);
--> statement-breakpoint
CREATE TABLE "bursar"."customer_externals" (
	"tenant_id" integer NOT NULL,
	"customer_id" bigint NOT NULL,
	"system" text NOT NULL,
	"external_id" text NOT NULL,
	CONSTRAINT "customer_externals_pkey" PRIMARY KEY("tenant_id","customer_id","system"),
	CONSTRAINT "customer_externals_once" UNIQUE("tenant_id","system","external_id")
);
--> statement-breakpoint
CREATE TABLE "bursar"."customers" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."customers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"external_id" text NOT NULL,
	"kind" text DEFAULT 'user' NOT NULL,
	"email" text,
	"name" text,
	"locale" text,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"frozen_at" timestamp (3) with time zone,
	"erased_at" timestamp (3) with time zone,
	CONSTRAINT "customers_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "customers_external_id_once" UNIQUE("tenant_id","external_id"),
	CONSTRAINT "customers_external_id_has_1_to_255_characters" CHECK (length("bursar"."customers"."external_id") between 1 and 255),
	CONSTRAINT "customers_kind_has_1_to_64_characters" CHECK (length("bursar"."customers"."kind") between 1 and 64)
);
--> statement-breakpoint
CREATE TABLE "bursar"."parties" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."parties_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"external_id" text NOT NULL,
	CONSTRAINT "parties_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "parties_once" UNIQUE("tenant_id","kind","external_id"),
	CONSTRAINT "parties_external_id_has_1_to_255_characters" CHECK (length("bursar"."parties"."external_id") between 1 and 255)
);
--> statement-breakpoint
CREATE TABLE "bursar"."outbox" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."outbox_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"type" text NOT NULL,
	"customer" text,
	"subject_type" text NOT NULL,
	"subject_id" text NOT NULL,
	"actor" text,
	"source" text,
	"at" timestamp (3) with time zone NOT NULL,
	"data" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"xid" bigint DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
	CONSTRAINT "outbox_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "outbox_state_is_known" CHECK ("bursar"."outbox"."state" in ('pending', 'published', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."tenants" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."tenants_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	CONSTRAINT "tenants_key_once" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "bursar"."test_clock" (
	"id" integer PRIMARY KEY NOT NULL,
	"now" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "test_clock_has_one_row" CHECK ("bursar"."test_clock"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "bursar"."balances" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."balances_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"customer_id" bigint NOT NULL,
	"unit_id" integer NOT NULL,
	"settled" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"drawn" bigint DEFAULT 0 NOT NULL,
	"attributed" bigint DEFAULT 0 NOT NULL,
	"mark" bigint DEFAULT 9007199254740991 NOT NULL,
	"floor" bigint DEFAULT 0 NOT NULL,
	"ceiling" bigint DEFAULT 9007199254740991 NOT NULL,
	"debt" bigint DEFAULT 0 NOT NULL,
	"cap_left" bigint,
	"sequence" bigint DEFAULT 0 NOT NULL,
	"own_limits" boolean DEFAULT false NOT NULL,
	"valid_until" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "balances_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "balances_once_per_customer_and_unit" UNIQUE("tenant_id","customer_id","unit_id"),
	CONSTRAINT "balances_settled_is_safe" CHECK ("bursar"."balances"."settled" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "balances_drawn_is_safe" CHECK ("bursar"."balances"."drawn" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "balances_floor_is_safe" CHECK ("bursar"."balances"."floor" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "balances_ceiling_is_safe" CHECK ("bursar"."balances"."ceiling" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "balances_held_is_safe" CHECK ("bursar"."balances"."held" between 0 and 9007199254740991),
	CONSTRAINT "balances_debt_is_safe" CHECK ("bursar"."balances"."debt" between 0 and 9007199254740991),
	CONSTRAINT "balances_attributed_within_drawn" CHECK ("bursar"."balances"."attributed" between 0 and "bursar"."balances"."drawn"),
	CONSTRAINT "balances_cap_left_is_not_negative" CHECK ("bursar"."balances"."cap_left" >= 0),
	CONSTRAINT "balances_available_at_or_above_floor" CHECK ("bursar"."balances"."settled" - "bursar"."balances"."held" + "bursar"."balances"."debt" >= "bursar"."balances"."floor")
);
--> statement-breakpoint
CREATE TABLE "bursar"."draws" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"grant_id" bigint NOT NULL,
	"from_position" bigint NOT NULL,
	"to_position" bigint NOT NULL,
	CONSTRAINT "draws_begin_once" PRIMARY KEY("tenant_id","balance_id","from_position"),
	CONSTRAINT "draws_go_forward" CHECK (0 <= "bursar"."draws"."from_position" and "bursar"."draws"."from_position" < "bursar"."draws"."to_position")
);
--> statement-breakpoint
CREATE TABLE "bursar"."entries" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"held_amount" bigint DEFAULT 0 NOT NULL,
	"settled_after" bigint NOT NULL,
	"held_after" bigint NOT NULL,
	"drawn_to" bigint NOT NULL,
	"counter" text,
	"counter_balance_id" bigint,
	"counter_sequence" bigint,
	"of_sequence" bigint,
	"grant_id" bigint,
	"feature_id" integer,
	"cost" bigint,
	"used_by_id" bigint,
	"reference_type" text,
	"reference_id" text,
	"key" text,
	"key_attempt" smallint DEFAULT 0 NOT NULL,
	"request_hash" bigint,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"booked_at" timestamp (3) with time zone NOT NULL,
	"xid" bigint DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
	CONSTRAINT "entries_pkey" PRIMARY KEY("tenant_id","balance_id","sequence"),
	CONSTRAINT "entries_kind_is_known" CHECK ("bursar"."entries"."kind" in ('credit', 'debit', 'hold', 'release', 'capture', 'expiry', 'void', 'give_back', 'reversal', 'adjustment')),
	CONSTRAINT "entries_counter_is_known" CHECK ("bursar"."entries"."counter" in ('issued', 'usage', 'expired', 'sales', 'rewards', 'payout', 'gateway', 'exchange', 'rounding')),
	CONSTRAINT "entries_that_settle_name_the_other_side" CHECK ("bursar"."entries"."amount" = 0 or num_nonnulls("bursar"."entries"."counter", "bursar"."entries"."counter_balance_id") >= 1),
	CONSTRAINT "entries_name_the_other_balance_whole" CHECK (("bursar"."entries"."counter_balance_id" is null) = ("bursar"."entries"."counter_sequence" is null)),
	CONSTRAINT "entries_key_has_1_to_512_characters" CHECK (length("bursar"."entries"."key") between 1 and 512),
	CONSTRAINT "entries_amount_is_safe" CHECK ("bursar"."entries"."amount" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "entries_settled_after_is_safe" CHECK ("bursar"."entries"."settled_after" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "entries_sequence_counts_from_1" CHECK ("bursar"."entries"."sequence" >= 1)
);
--> statement-breakpoint
CREATE TABLE "bursar"."entry_meta" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"meta" jsonb NOT NULL,
	CONSTRAINT "entry_meta_pkey" PRIMARY KEY("tenant_id","balance_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "bursar"."gauge_parts" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"used_by_id" bigint NOT NULL,
	"units" bigint NOT NULL,
	CONSTRAINT "gauge_parts_pkey" PRIMARY KEY("tenant_id","balance_id","used_by_id"),
	CONSTRAINT "gauge_parts_are_not_negative" CHECK ("bursar"."gauge_parts"."units" >= 0)
);
--> statement-breakpoint
CREATE TABLE "bursar"."grants" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."grants_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"balance_id" bigint NOT NULL,
	"source" text NOT NULL,
	"reference" text collate "C",
	"amount" bigint NOT NULL,
	"free" bigint NOT NULL,
	"removed" bigint DEFAULT 0 NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"effective_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"open" boolean DEFAULT true NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"voided_at" timestamp (3) with time zone,
	"unlimited" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "grants_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "grants_source_is_known" CHECK ("bursar"."grants"."source" in ('plan', 'order', 'top_up', 'promotion', 'reward', 'rollover', 'refund', 'overage', 'adjustment', 'transfer', 'exchange')),
	CONSTRAINT "grants_amount_is_safe" CHECK ("bursar"."grants"."amount" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "grants_amount_is_not_negative" CHECK ("bursar"."grants"."amount" >= 0),
	CONSTRAINT "grants_free_and_removed_within_amount" CHECK ("bursar"."grants"."free" >= 0 and "bursar"."grants"."removed" >= 0 and "bursar"."grants"."free" + "bursar"."grants"."removed" <= "bursar"."grants"."amount"),
	CONSTRAINT "grants_closed_have_nothing_free" CHECK ("bursar"."grants"."closed_at" is null or ("bursar"."grants"."free" = 0 and not "bursar"."grants"."open"))
);
--> statement-breakpoint
CREATE TABLE "bursar"."hold_legs" (
	"tenant_id" integer NOT NULL,
	"hold_id" text NOT NULL,
	"leg" smallint NOT NULL,
	"balance_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"drawn_to" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"captured" bigint DEFAULT 0 NOT NULL,
	"released" bigint DEFAULT 0 NOT NULL,
	"cost" bigint DEFAULT 1 NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"open" boolean DEFAULT true NOT NULL,
	CONSTRAINT "hold_legs_pkey" PRIMARY KEY("tenant_id","hold_id","leg"),
	CONSTRAINT "hold_legs_leg_is_0_or_1" CHECK ("bursar"."hold_legs"."leg" in (0, 1)),
	CONSTRAINT "hold_legs_cost_is_positive" CHECK ("bursar"."hold_legs"."cost" > 0),
	CONSTRAINT "hold_legs_use_no_more_than_held" CHECK ("bursar"."hold_legs"."captured" >= 0 and "bursar"."hold_legs"."released" >= 0 and "bursar"."hold_legs"."captured" + "bursar"."hold_legs"."released" <= "bursar"."hold_legs"."amount"),
	CONSTRAINT "hold_legs_closed_are_used_up" CHECK ("bursar"."hold_legs"."open" = ("bursar"."hold_legs"."captured" + "bursar"."hold_legs"."released" < "bursar"."hold_legs"."amount"))
);
--> statement-breakpoint
CREATE TABLE "bursar"."holds" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"feature_id" integer,
	"used_by_id" bigint,
	"reference_type" text,
	"reference_id" text,
	"state" text DEFAULT 'open' NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "holds_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "holds_state_is_known" CHECK ("bursar"."holds"."state" in ('open', 'captured', 'released', 'expired')),
	CONSTRAINT "holds_closed_have_a_time" CHECK (("bursar"."holds"."state" = 'open') = ("bursar"."holds"."closed_at" is null))
);
--> statement-breakpoint
CREATE TABLE "bursar"."returns" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"units" bigint NOT NULL,
	"reversed" boolean DEFAULT false NOT NULL,
	CONSTRAINT "returns_once_per_spend" PRIMARY KEY("tenant_id","balance_id","sequence"),
	CONSTRAINT "returns_are_positive" CHECK ("bursar"."returns"."units" > 0)
);
--> statement-breakpoint
CREATE TABLE "bursar"."settings" (
	"tenant_id" integer NOT NULL,
	"key" text NOT NULL,
	"scope" text DEFAULT '' NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "settings_pkey" PRIMARY KEY("tenant_id","key","scope")
);
--> statement-breakpoint
CREATE TABLE "bursar"."subscription_items" (
	"tenant_id" integer NOT NULL,
	"subscription_id" text NOT NULL,
	"feature_id" integer NOT NULL,
	"kind" text NOT NULL,
	"quota" bigint,
	"options" jsonb NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"added_by" text DEFAULT 'plan' NOT NULL,
	CONSTRAINT "subscription_items_once_per_feature" PRIMARY KEY("tenant_id","subscription_id","feature_id"),
	CONSTRAINT "subscription_items_feature_leads" UNIQUE("tenant_id","feature_id","subscription_id"),
	CONSTRAINT "subscription_items_quota_is_safe" CHECK ("bursar"."subscription_items"."quota" between 0 and 9007199254740991),
	CONSTRAINT "subscription_items_kind_is_known" CHECK ("bursar"."subscription_items"."kind" in ('boolean', 'metered', 'gauge', 'config')),
	CONSTRAINT "subscription_items_added_by_is_known" CHECK ("bursar"."subscription_items"."added_by" in ('plan', 'hand'))
);
--> statement-breakpoint
CREATE TABLE "bursar"."subscriptions" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"plan_version_id" integer,
	"family_id" integer,
	"period" text,
	"time_zone" text NOT NULL,
	"anchor" timestamp (3) with time zone NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone,
	"trial_ends_at" timestamp (3) with time zone,
	"canceled_at" timestamp (3) with time zone,
	"cancel_reason" text,
	"cancel_comment" text,
	"paused_at" timestamp (3) with time zone,
	"resumes_at" timestamp (3) with time zone,
	"billing" text DEFAULT 'none' NOT NULL,
	"past_due" text,
	"source" text DEFAULT 'host' NOT NULL,
	"external" jsonb,
	"revision" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "subscriptions_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "subscriptions_id_has_1_to_255_characters" CHECK (length("bursar"."subscriptions"."id") between 1 and 255),
	CONSTRAINT "subscriptions_billing_is_known" CHECK ("bursar"."subscriptions"."billing" in ('none', 'order', 'gateway')),
	CONSTRAINT "subscriptions_canceled_have_an_end" CHECK (("bursar"."subscriptions"."ends_at" is null) = ("bursar"."subscriptions"."canceled_at" is null))
);
--> statement-breakpoint
ALTER TABLE "bursar"."families" ADD CONSTRAINT "families_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."features" ADD CONSTRAINT "features_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."plan_versions" ADD CONSTRAINT "plan_versions_of_a_plan" FOREIGN KEY ("tenant_id","plan_id") REFERENCES "bursar"."plans"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."plans" ADD CONSTRAINT "plans_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."units" ADD CONSTRAINT "units_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."commands" ADD CONSTRAINT "commands_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."customer_externals" ADD CONSTRAINT "customer_externals_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD CONSTRAINT "customers_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."parties" ADD CONSTRAINT "parties_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."outbox" ADD CONSTRAINT "outbox_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD CONSTRAINT "balances_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD CONSTRAINT "balances_in_a_unit" FOREIGN KEY ("tenant_id","unit_id") REFERENCES "bursar"."units"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."draws" ADD CONSTRAINT "draws_of_a_grant" FOREIGN KEY ("tenant_id","grant_id") REFERENCES "bursar"."grants"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."entries" ADD CONSTRAINT "entries_of_a_balance" FOREIGN KEY ("tenant_id","balance_id") REFERENCES "bursar"."balances"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."entries" ADD CONSTRAINT "entries_for_a_feature" FOREIGN KEY ("tenant_id","feature_id") REFERENCES "bursar"."features"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."entries" ADD CONSTRAINT "entries_used_by_a_party" FOREIGN KEY ("tenant_id","used_by_id") REFERENCES "bursar"."parties"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."entry_meta" ADD CONSTRAINT "entry_meta_of_an_entry" FOREIGN KEY ("tenant_id","balance_id","sequence") REFERENCES "bursar"."entries"("tenant_id","balance_id","sequence") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."gauge_parts" ADD CONSTRAINT "gauge_parts_on_a_balance" FOREIGN KEY ("tenant_id","balance_id") REFERENCES "bursar"."balances"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."gauge_parts" ADD CONSTRAINT "gauge_parts_of_a_party" FOREIGN KEY ("tenant_id","used_by_id") REFERENCES "bursar"."parties"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."grants" ADD CONSTRAINT "grants_on_a_balance" FOREIGN KEY ("tenant_id","balance_id") REFERENCES "bursar"."balances"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."hold_legs" ADD CONSTRAINT "hold_legs_of_a_hold" FOREIGN KEY ("tenant_id","hold_id") REFERENCES "bursar"."holds"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."hold_legs" ADD CONSTRAINT "hold_legs_on_a_balance" FOREIGN KEY ("tenant_id","balance_id") REFERENCES "bursar"."balances"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."holds" ADD CONSTRAINT "holds_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."returns" ADD CONSTRAINT "returns_of_an_entry" FOREIGN KEY ("tenant_id","balance_id","sequence") REFERENCES "bursar"."entries"("tenant_id","balance_id","sequence") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."settings" ADD CONSTRAINT "settings_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."subscription_items" ADD CONSTRAINT "subscription_items_of_a_subscription" FOREIGN KEY ("tenant_id","subscription_id") REFERENCES "bursar"."subscriptions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."subscription_items" ADD CONSTRAINT "subscription_items_of_a_feature" FOREIGN KEY ("tenant_id","feature_id") REFERENCES "bursar"."features"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD CONSTRAINT "subscriptions_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD CONSTRAINT "subscriptions_to_a_plan_version" FOREIGN KEY ("tenant_id","plan_version_id") REFERENCES "bursar"."plan_versions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD CONSTRAINT "subscriptions_in_a_family" FOREIGN KEY ("tenant_id","family_id") REFERENCES "bursar"."families"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "commands_by_age" ON "bursar"."commands" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "outbox_pending" ON "bursar"."outbox" USING btree ("position") WHERE "bursar"."outbox"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "balances_by_valid_until" ON "bursar"."balances" USING btree ("tenant_id","valid_until");--> statement-breakpoint
CREATE INDEX "draws_by_grant" ON "bursar"."draws" USING btree ("tenant_id","grant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "entries_key_once" ON "bursar"."entries" USING btree ("tenant_id","balance_id","key","key_attempt") WHERE "bursar"."entries"."key" is not null;--> statement-breakpoint
CREATE INDEX "entries_by_writer" ON "bursar"."entries" USING brin ("xid");--> statement-breakpoint
CREATE UNIQUE INDEX "grants_reference_once" ON "bursar"."grants" USING btree ("tenant_id","balance_id","source","reference") WHERE "bursar"."grants"."reference" is not null;--> statement-breakpoint
CREATE INDEX "grants_open_by_balance" ON "bursar"."grants" USING btree ("tenant_id","balance_id") WHERE "bursar"."grants"."open";--> statement-breakpoint
CREATE INDEX "grants_waiting_by_balance" ON "bursar"."grants" USING btree ("tenant_id","balance_id") WHERE not "bursar"."grants"."open" and "bursar"."grants"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "hold_legs_open_by_balance" ON "bursar"."hold_legs" USING btree ("tenant_id","balance_id") WHERE "bursar"."hold_legs"."open";--> statement-breakpoint
CREATE INDEX "hold_legs_by_entry" ON "bursar"."hold_legs" USING btree ("tenant_id","balance_id","sequence");--> statement-breakpoint
CREATE INDEX "holds_by_customer" ON "bursar"."holds" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "subscriptions_by_customer" ON "bursar"."subscriptions" USING btree ("tenant_id","customer_id","starts_at");