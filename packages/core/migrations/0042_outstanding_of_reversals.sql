-- Why: what a reversal could not take is collected or written off later, and what is outstanding is listed.
ALTER TABLE "bursar"."rewards" ADD COLUMN "written_off" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "reward_events_by_parent" ON "bursar"."reward_events" USING btree ("tenant_id","parent_id") WHERE "bursar"."reward_events"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX "rewards_outstanding" ON "bursar"."rewards" USING btree ("tenant_id","id") WHERE "bursar"."rewards"."outstanding" > 0;--> statement-breakpoint
ALTER TABLE "bursar"."rewards" ADD CONSTRAINT "rewards_written_off_is_not_negative" CHECK ("bursar"."rewards"."written_off" >= 0);--> statement-breakpoint
ALTER TABLE "bursar"."rewards" ADD CONSTRAINT "rewards_outstanding_is_of_what_was_taken_back" CHECK ("bursar"."rewards"."outstanding" + "bursar"."rewards"."written_off" <= greatest(0, 0 - "bursar"."rewards"."amount"));