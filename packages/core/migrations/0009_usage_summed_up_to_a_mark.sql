-- Why: who used how much is read in milliseconds, however many uses a period has.
CREATE TABLE "bursar"."usage_marks" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "usage_marks_pkey" PRIMARY KEY("tenant_id","balance_id","since")
);
--> statement-breakpoint
CREATE TABLE "bursar"."usage_totals" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"used_by_id" bigint NOT NULL,
	"units" bigint NOT NULL,
	CONSTRAINT "usage_totals_pkey" PRIMARY KEY("tenant_id","balance_id","since","used_by_id")
);
