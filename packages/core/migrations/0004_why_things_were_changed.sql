-- Why: what operators change by hand keeps its reason, in the same transaction and for good.
CREATE TABLE "bursar"."audit" (
	"tenant_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text,
	"operation" text NOT NULL,
	"customer_id" bigint,
	"subject_type" text,
	"subject_id" text,
	"reason" text NOT NULL,
	"facts" jsonb NOT NULL,
	CONSTRAINT "audit_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "audit_names_the_subject_whole" CHECK (("bursar"."audit"."subject_type" is null) = ("bursar"."audit"."subject_id" is null)),
	CONSTRAINT "audit_reason_has_1_to_500_characters" CHECK (length("bursar"."audit"."reason") between 1 and 500)
);
--> statement-breakpoint
ALTER TABLE "bursar"."audit" ADD CONSTRAINT "audit_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."audit" ADD CONSTRAINT "audit_of_a_customer" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "bursar"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_by_customer" ON "bursar"."audit" USING btree ("tenant_id","customer_id","id");
--> statement-breakpoint
create trigger "audit_is_append_only" before update or delete or truncate on "bursar"."audit"
  for each statement execute function "bursar"."refuse_change"();
