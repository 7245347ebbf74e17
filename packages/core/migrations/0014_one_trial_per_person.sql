-- Why: a person may get one trial of a plan, whatever customer they come as.
CREATE TABLE "bursar"."trials" (
	"tenant_id" integer NOT NULL,
	"plan_id" integer NOT NULL,
	"fingerprint" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trials_once_per_person" PRIMARY KEY("tenant_id","plan_id","fingerprint")
);
--> statement-breakpoint
ALTER TABLE "bursar"."trials" ADD CONSTRAINT "trials_of_a_plan" FOREIGN KEY ("tenant_id","plan_id") REFERENCES "bursar"."plans"("tenant_id","id") ON DELETE no action ON UPDATE no action;