-- Why: books of any size can be checked often, from where they were last found right.
CREATE TABLE "bursar"."verify_marks" (
	"tenant_id" integer NOT NULL,
	"xid" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "verify_marks_pkey" PRIMARY KEY("tenant_id")
);
--> statement-breakpoint
ALTER TABLE "bursar"."verify_marks" ADD CONSTRAINT "verify_marks_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "bursar"."tenants"("id") ON DELETE no action ON UPDATE no action;