-- Why: the end of a trial, each renewal and the end are announced once, whoever looks and however late; due_at says when to look.
-- Existing subscriptions are looked at first thing: what passed before is announced then.
CREATE TABLE "bursar"."lifecycle_marks" (
	"tenant_id" integer NOT NULL,
	"subscription_id" text NOT NULL,
	"kind" text NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "lifecycle_marks_once" PRIMARY KEY("tenant_id","subscription_id","kind","number"),
	CONSTRAINT "lifecycle_marks_kind_is_known" CHECK ("bursar"."lifecycle_marks"."kind" in ('trial_ended', 'renewed', 'ended')),
	CONSTRAINT "lifecycle_marks_number_counts_from_1" CHECK ("bursar"."lifecycle_marks"."number" >= 1)
);
--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "due_at" timestamp (3) with time zone DEFAULT '-infinity' NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."lifecycle_marks" ADD CONSTRAINT "lifecycle_marks_of_a_subscription" FOREIGN KEY ("tenant_id","subscription_id") REFERENCES "bursar"."subscriptions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "subscriptions_by_due" ON "bursar"."subscriptions" USING btree ("tenant_id","due_at");