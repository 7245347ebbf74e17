-- Why: what happens again and again to one thing is counted by that thing, so that each time has an external id of its own.
ALTER TABLE "bursar"."reward_events" ADD COLUMN "subject_type" text;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD COLUMN "subject_id" text;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD COLUMN "firing" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "reward_events_count_up_by_subject" ON "bursar"."reward_events" USING btree ("tenant_id","subject_type","subject_id","alias","firing") WHERE "bursar"."reward_events"."subject_type" is not null;--> statement-breakpoint
ALTER TABLE "bursar"."reward_events" ADD CONSTRAINT "reward_events_of_a_subject_are_counted" CHECK (num_nulls("bursar"."reward_events"."subject_type", "bursar"."reward_events"."subject_id", "bursar"."reward_events"."firing") in (0, 3));