-- Why: what an audited change held of a person stands apart from the line, which is append-only, so that it can be deleted.
CREATE TABLE "bursar"."audit_values" (
	"tenant_id" integer NOT NULL,
	"audit_id" bigint NOT NULL,
	"name" text NOT NULL,
	"value" jsonb NOT NULL,
	CONSTRAINT "audit_values_pkey" PRIMARY KEY("tenant_id","audit_id","name")
);
--> statement-breakpoint
ALTER TABLE "bursar"."audit_values" ADD CONSTRAINT "audit_values_of_a_line" FOREIGN KEY ("tenant_id","audit_id") REFERENCES "bursar"."audit"("tenant_id","id") ON DELETE no action ON UPDATE no action;