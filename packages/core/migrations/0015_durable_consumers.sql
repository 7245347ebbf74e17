-- Why: news is given to named consumers until they have taken it, whatever fails in between.
CREATE TABLE "bursar"."consumers" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "bursar"."consumers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"types" jsonb,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consumers_pkey" PRIMARY KEY("id"),
	CONSTRAINT "consumers_name_once" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "bursar"."deliveries" (
	"consumer_id" integer NOT NULL,
	"position" bigint NOT NULL,
	"tenant_id" integer NOT NULL,
	"event_id" text NOT NULL,
	"subject" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"token" integer DEFAULT 0 NOT NULL,
	"error" text,
	CONSTRAINT "deliveries_pkey" PRIMARY KEY("consumer_id","position"),
	CONSTRAINT "deliveries_state_is_known" CHECK ("bursar"."deliveries"."state" in ('pending', 'dead'))
);
--> statement-breakpoint
ALTER TABLE "bursar"."deliveries" ADD CONSTRAINT "deliveries_to_a_consumer" FOREIGN KEY ("consumer_id") REFERENCES "bursar"."consumers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."deliveries" ADD CONSTRAINT "deliveries_of_an_event" FOREIGN KEY ("tenant_id","event_id") REFERENCES "bursar"."outbox"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deliveries_by_subject" ON "bursar"."deliveries" USING btree ("consumer_id","subject","position") WHERE "bursar"."deliveries"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "deliveries_by_event" ON "bursar"."deliveries" USING btree ("tenant_id","event_id");