-- Why: an order that a wallet pays must hold what it costs there until it is paid, and know at what rate.
ALTER TABLE "bursar"."orders" ADD COLUMN "wallet_unit" text;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "wallet_amount" bigint;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "wallet_rate" jsonb;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD COLUMN "wallet_hold" text;--> statement-breakpoint
CREATE UNIQUE INDEX "orders_by_wallet_hold" ON "bursar"."orders" USING btree ("tenant_id","wallet_hold") WHERE "bursar"."orders"."wallet_hold" is not null;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_wallet_pays_an_amount_at_a_rate" CHECK (num_nonnulls("bursar"."orders"."wallet_unit", "bursar"."orders"."wallet_amount", "bursar"."orders"."wallet_rate") in (0, 3) and ("bursar"."orders"."wallet_hold" is null or "bursar"."orders"."wallet_unit" is not null));