-- Why: what a reward was converted at is told by it, as by every other movement between units.
ALTER TABLE "bursar"."reward_events" ADD COLUMN "rate" jsonb;