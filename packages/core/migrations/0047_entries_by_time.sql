-- Why: figures by month and day search entries by when they happened, and looked through all there ever were.
CREATE INDEX "entries_by_time" ON "bursar"."entries" USING brin ("happened_at");