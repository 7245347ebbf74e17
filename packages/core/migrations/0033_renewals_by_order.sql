-- Why: a subscription that is billed by orders asks for each period once, and knows from when on it is charged.
ALTER TABLE "bursar"."orders" ADD COLUMN "period" integer;--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "billed_from" timestamp (3) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "orders_once_per_period" ON "bursar"."orders" USING btree ("tenant_id","subscription_id","period") WHERE "bursar"."orders"."period" is not null;--> statement-breakpoint
ALTER TABLE "bursar"."orders" ADD CONSTRAINT "orders_period_is_of_a_subscription" CHECK ("bursar"."orders"."period" is null or ("bursar"."orders"."period" >= 1 and "bursar"."orders"."subscription_id" is not null));