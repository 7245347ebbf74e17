-- Why: work that is done later or outside is kept until it is done, with what asked for it.
CREATE TABLE "bursar"."jobs" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"key" text,
	"lane" text DEFAULT '' NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"token" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "jobs_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "jobs_state_is_known" CHECK ("bursar"."jobs"."state" in ('pending', 'done', 'dead')),
	CONSTRAINT "jobs_that_ended_say_when" CHECK (("bursar"."jobs"."state" = 'pending') = ("bursar"."jobs"."ended_at" is null)),
	CONSTRAINT "jobs_in_hand_are_pending" CHECK ("bursar"."jobs"."state" = 'pending' or "bursar"."jobs"."lease_until" is null)
);
--> statement-breakpoint
ALTER TABLE "bursar"."jobs" ADD CONSTRAINT "jobs_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_once_under_a_key" ON "bursar"."jobs" USING btree ("tenant_id","kind","key") WHERE "bursar"."jobs"."key" is not null;--> statement-breakpoint
CREATE INDEX "jobs_due" ON "bursar"."jobs" USING btree ("kind","lane","next_at") WHERE "bursar"."jobs"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "jobs_in_hand" ON "bursar"."jobs" USING btree ("kind","lane") WHERE "bursar"."jobs"."lease_until" is not null;