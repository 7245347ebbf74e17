-- Why: a cancellation that is taken back must not give more time than an order has paid for.
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "sold_until" timestamp (3) with time zone;
