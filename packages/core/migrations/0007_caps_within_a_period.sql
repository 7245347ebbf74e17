-- Why: a quota can be capped within parts of its period, 10 a day inside 300 a month.
ALTER TABLE "bursar"."balances" ADD COLUMN "cap_max" bigint;--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD COLUMN "cap_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD COLUMN "cap_from" bigint;--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD COLUMN "cap_returned" bigint;--> statement-breakpoint
ALTER TABLE "bursar"."balances" ADD CONSTRAINT "balances_cap_is_whole" CHECK (num_nulls("bursar"."balances"."cap_left", "bursar"."balances"."cap_max", "bursar"."balances"."cap_since", "bursar"."balances"."cap_from", "bursar"."balances"."cap_returned") in (0, 5));