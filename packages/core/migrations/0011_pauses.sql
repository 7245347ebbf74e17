-- Why: a pause moves the boundaries that follow it, and a change of plan may wait for its moment.
ALTER TABLE "bursar"."lifecycle_marks" DROP CONSTRAINT "lifecycle_marks_kind_is_known";--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "shifts" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "scheduled" jsonb;--> statement-breakpoint
ALTER TABLE "bursar"."lifecycle_marks" ADD CONSTRAINT "lifecycle_marks_kind_is_known" CHECK ("bursar"."lifecycle_marks"."kind" in ('trial_will_end', 'trial_ended', 'renewed', 'paused', 'unpaused', 'past_due', 'recovered', 'ended'));