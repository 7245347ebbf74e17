-- Why: what a payer's bank decides comes in any order, so a payment keeps how each of its disputes stands.
ALTER TABLE "bursar"."payments" ADD COLUMN "disputes" jsonb DEFAULT '{}'::jsonb NOT NULL;