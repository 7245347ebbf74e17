-- Why: an operator can stop one balance of a customer, not only the customer.
ALTER TABLE "bursar"."balances" ADD COLUMN "frozen" boolean DEFAULT false NOT NULL;