-- Why: what a subscription was worth at a moment follows from the plans it was on by then, and SQL is where that is added up.
CREATE TABLE "bursar"."subscription_terms" (
	"tenant_id" integer NOT NULL,
	"subscription_id" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"plan_version_id" integer,
	"period" text,
	CONSTRAINT "subscription_terms_once_per_instant" PRIMARY KEY("tenant_id","subscription_id","starts_at")
);
--> statement-breakpoint
ALTER TABLE "bursar"."subscription_terms" ADD CONSTRAINT "subscription_terms_of_a_subscription" FOREIGN KEY ("tenant_id","subscription_id") REFERENCES "bursar"."subscriptions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bursar"."subscription_terms" ADD CONSTRAINT "subscription_terms_to_a_plan_version" FOREIGN KEY ("tenant_id","plan_version_id") REFERENCES "bursar"."plan_versions"("tenant_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
insert into "bursar"."subscription_terms" (tenant_id, subscription_id, starts_at, plan_version_id, period)
select tenant_id, id, starts_at, plan_version_id, period from "bursar"."subscriptions";
--> statement-breakpoint
-- What each customer pays per month, exactly, by subscription and currency, from pays_from on and before pays_until.
-- A month is the whole of a P1M, a twelfth of a P1Y, 30.4375 days of a period in days. Infinite periods are worth nothing,
-- nor is a trial. Changes of plan that are scheduled are here with the instant from which they hold.
create view "bursar"."priced_terms" as
  with terms as (
    select tenant_id, subscription_id, starts_at, plan_version_id, period from "bursar"."subscription_terms"
    union all
    select tenant_id, id, scheduled_at, (scheduled ->> 'planVersionId')::int, scheduled ->> 'period'
      from "bursar"."subscriptions" where scheduled is not null and scheduled_at < 'infinity'
  ), held as (
    select terms.*, lead(starts_at, 1, 'infinity') over (partition by tenant_id, subscription_id order by starts_at) as until
      from terms
  ), priced as (
    select s.tenant_id, s.customer_id, s.id as subscription_id, price.key as currency,
           price.value::numeric / (extract(year from length.value) * 12 + extract(month from length.value)
             + (extract(day from length.value) + extract(hour from length.value) / 24 + extract(minute from length.value) / 1440
                + extract(second from length.value) / 86400) / 30.4375) as monthly,
           greatest(held.starts_at, s.starts_at, state.trial_ends_at) as pays_from,
           least(held.until, s.ends_at) as pays_until, s.ends_at, s.canceled_at
      from held
      join "bursar"."subscriptions" as s on (s.tenant_id, s.id) = (held.tenant_id, held.subscription_id)
      join "bursar"."subscription_states_at"('infinity') as state on (state.tenant_id, state.id) = (s.tenant_id, s.id)
      join "bursar"."plan_versions" as version on (version.tenant_id, version.id) = (held.tenant_id, held.plan_version_id)
     cross join lateral jsonb_each_text(version.definition -> 'price') as price
     cross join lateral (select held.period::interval as value) as length
     where s.deleted_at is null and held.period is not null and price.value::numeric > 0
  )
  select * from priced where pays_from < pays_until;
