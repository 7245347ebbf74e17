-- Why: where tenants want their events sent, and each attempt to send one.
CREATE TABLE "bursar"."webhook_attempts" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."webhook_attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"status" integer,
	"error" text,
	"milliseconds" integer NOT NULL,
	CONSTRAINT "webhook_attempts_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "bursar"."webhook_endpoints" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"types" jsonb NOT NULL,
	"state" text DEFAULT 'enabled' NOT NULL,
	"disabled_because" text,
	"secret" text NOT NULL,
	"previous_secret" text,
	"previous_until" timestamp (3) with time zone,
	"failing_since" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "webhook_endpoints_state_is_known" CHECK ("bursar"."webhook_endpoints"."state" in ('enabled', 'disabled')),
	CONSTRAINT "webhook_endpoints_that_are_disabled_say_why" CHECK (("bursar"."webhook_endpoints"."state" = 'disabled') = ("bursar"."webhook_endpoints"."disabled_because" is not null)),
	CONSTRAINT "webhook_endpoints_keep_an_old_secret_until_a_time" CHECK (("bursar"."webhook_endpoints"."previous_secret" is null) = ("bursar"."webhook_endpoints"."previous_until" is null))
);
--> statement-breakpoint
ALTER TABLE "bursar"."webhook_attempts" ADD CONSTRAINT "webhook_attempts_of_a_job" FOREIGN KEY ("tenant_id","job_id") REFERENCES "bursar"."jobs"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_attempts_by_job" ON "bursar"."webhook_attempts" USING btree ("tenant_id","job_id","id");