-- Why: what a gateway has charged a subscription by itself is taken over once per invoice, found by the id it has there.
ALTER TABLE "bursar"."orders" ADD COLUMN "invoice" text;--> statement-breakpoint
CREATE UNIQUE INDEX "orders_once_per_invoice" ON "bursar"."orders" USING btree ("tenant_id","invoice") WHERE "bursar"."orders"."invoice" is not null;--> statement-breakpoint
CREATE INDEX "subscriptions_by_external" ON "bursar"."subscriptions" USING btree ("tenant_id",("external" ->> 'id')) WHERE "bursar"."subscriptions"."external" is not null;