-- Why: a grant that ends soon is announced once for each end, and the worker finds it without reading all grants.
ALTER TABLE "bursar"."grants" ADD COLUMN "warned_for" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "grants_to_warn_of" ON "bursar"."grants" USING btree ("tenant_id","expires_at") WHERE "bursar"."grants"."open" and "bursar"."grants"."free" > 0 and "bursar"."grants"."expires_at" is not null and "bursar"."grants"."warned_for" is null and "bursar"."grants"."source" not in ('plan', 'rollover', 'overage');--> statement-breakpoint
-- Balances of before look closer at their next spend, which gives them the mark at which they are low.
UPDATE "bursar"."balances" SET "mark" = "drawn" WHERE "mark" = 9007199254740991;
