-- Why: a profile stands in its customer’s row, and clicks on referral links are logged where an operator wants to know.
CREATE TABLE "bursar"."referral_clicks" (
	"tenant_id" integer NOT NULL,
	"id" text NOT NULL,
	"customer_id" bigint NOT NULL,
	"code" text NOT NULL,
	"address" text,
	"agent" text,
	"path" text NOT NULL,
	"clicked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "referral_clicks_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "first_name" text;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "last_name" text;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "phone" text;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "country" text;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "birth_date" text;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "avatar_url" text;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "email_opt_in" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "sms_opt_in" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "discount_basis_points" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "role" text DEFAULT 'customer' NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "extra" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD COLUMN "addresses" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "bursar"."referral_clicks" ADD CONSTRAINT "referral_clicks_of_a_sponsor" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "referral_clicks_by_sponsor" ON "bursar"."referral_clicks" USING btree ("tenant_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "referral_clicks_by_age" ON "bursar"."referral_clicks" USING btree ("tenant_id","clicked_at");--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD CONSTRAINT "customers_country_is_two_capitals" CHECK ("bursar"."customers"."country" ~ '^[A-Z]{2}$');--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD CONSTRAINT "customers_discount_is_up_to_the_whole" CHECK ("bursar"."customers"."discount_basis_points" between 0 and 10000);--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD CONSTRAINT "customers_birth_date_is_a_date" CHECK ("bursar"."customers"."birth_date" ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$');--> statement-breakpoint
ALTER TABLE "bursar"."customers" ADD CONSTRAINT "customers_role_has_1_to_64_characters" CHECK (length("bursar"."customers"."role") between 1 and 64);--> statement-breakpoint
create policy "tenants_apart" on "bursar"."referral_clicks" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
