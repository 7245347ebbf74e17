-- Why: customers invite others, by a code, and it is kept who came by whom.
CREATE TABLE "bursar"."referral_codes" (
	"tenant_id" integer NOT NULL,
	"customer_id" bigint NOT NULL,
	"code" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "referral_codes_pkey" PRIMARY KEY("tenant_id","customer_id"),
	CONSTRAINT "referral_codes_once" UNIQUE("tenant_id","code"),
	CONSTRAINT "referral_codes_are_1_to_32_capitals_or_digits" CHECK ("bursar"."referral_codes"."code" ~ '^[A-Z0-9_-]{1,32}$')
);
--> statement-breakpoint
CREATE TABLE "bursar"."referrals" (
	"tenant_id" integer NOT NULL,
	"customer_id" bigint NOT NULL,
	"sponsor_id" bigint NOT NULL,
	"attached_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "referrals_pkey" PRIMARY KEY("tenant_id","customer_id"),
	CONSTRAINT "referrals_not_to_oneself" CHECK ("bursar"."referrals"."customer_id" <> "bursar"."referrals"."sponsor_id")
);
--> statement-breakpoint
ALTER TABLE "bursar"."referral_codes" ADD CONSTRAINT "referral_codes_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."referrals" ADD CONSTRAINT "referrals_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."referrals" ADD CONSTRAINT "referrals_by_a_sponsor" FOREIGN KEY ("tenant_id","sponsor_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "referrals_by_sponsor" ON "bursar"."referrals" USING btree ("tenant_id","sponsor_id","customer_id");