-- Why: what the ledger does is given to durable consumers too, read from its entries, so that no spend writes a second row.
CREATE TABLE "bursar"."entry_marks" (
	"tenant_id" integer NOT NULL,
	"balance_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "entry_marks_pkey" PRIMARY KEY("tenant_id","balance_id")
);
--> statement-breakpoint
CREATE TABLE "bursar"."entry_reader" (
	"id" integer NOT NULL,
	"xid" bigint NOT NULL,
	CONSTRAINT "entry_reader_pkey" PRIMARY KEY("id"),
	CONSTRAINT "entry_reader_has_one_row" CHECK ("bursar"."entry_reader"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "bursar"."deliveries" ADD COLUMN "done_to" bigint;--> statement-breakpoint
CREATE INDEX "outbox_of_entries" ON "bursar"."outbox" USING btree ("position") WHERE "bursar"."outbox"."type" = 'ledger.entries';