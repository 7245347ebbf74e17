-- Why: an order is of an offer as it was when it was made, so offers are kept in versions as plans are.
CREATE TABLE "bursar"."offer_versions" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."offer_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"offer_id" integer NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"definition" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "offer_versions_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "offer_versions_number_once" UNIQUE("tenant_id","offer_id","version")
);
--> statement-breakpoint
CREATE TABLE "bursar"."offers" (
	"tenant_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."offers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"origin" text DEFAULT 'code' NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "offers_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "offers_key_once" UNIQUE("tenant_id","key"),
	CONSTRAINT "offers_origin_is_known" CHECK ("bursar"."offers"."origin" in ('code', 'runtime'))
);
--> statement-breakpoint
ALTER TABLE "bursar"."offer_versions" ADD CONSTRAINT "offer_versions_of_an_offer" FOREIGN KEY ("tenant_id","offer_id") REFERENCES "bursar"."offers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."offers" ADD CONSTRAINT "offers_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
create trigger "offer_versions_are_append_only" before update or delete or truncate on "bursar"."offer_versions"
  for each statement execute function "bursar"."refuse_change"();
