-- Why: an event may wait, be in somebody's hands, or have failed; what it was fired with is kept until it is over.
ALTER TABLE "bursar"."reward_events" DROP CONSTRAINT "reward_events_status_is_known";--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD COLUMN "lease_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD COLUMN "last_error" text;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD COLUMN "asked" jsonb;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD CONSTRAINT "reward_events_in_hand_have_a_lease" CHECK (("bursar"."reward_events"."status" = 'processing') = ("bursar"."reward_events"."lease_until" is not null));--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD CONSTRAINT "reward_events_that_are_over_keep_no_payload" CHECK ("bursar"."reward_events"."asked" is null or "bursar"."reward_events"."status" not in ('processed', 'skipped'));--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD CONSTRAINT "reward_events_status_is_known" CHECK ("bursar"."reward_events"."status" in ('pending', 'processing', 'processed', 'failed', 'skipped'));