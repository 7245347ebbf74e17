-- Why: PostgreSQL reads every check anew for every statement: on these two tables that was half of what a lone spend costs.
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_settled_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_drawn_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_floor_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_ceiling_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_held_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_debt_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_attributed_within_drawn";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_cap_left_is_not_negative";--> statement-breakpoint
ALTER TABLE "bursar"."balances" DROP CONSTRAINT "balances_cap_is_whole";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_kind_is_known";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_counter_is_known";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_name_the_other_balance_whole";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_key_has_1_to_512_characters";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_amount_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_settled_after_is_safe";--> statement-breakpoint
ALTER TABLE "bursar"."entries" DROP CONSTRAINT "entries_sequence_counts_from_1";