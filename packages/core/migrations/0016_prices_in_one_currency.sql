-- Why: a subscription is paid in one currency, however many its plan has a price in.
ALTER TABLE "bursar"."subscription_terms" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "currency" text;
--> statement-breakpoint
update "bursar"."subscriptions" as s set currency = (
  select min(key) from "bursar"."plan_versions" as version cross join lateral jsonb_object_keys(version.definition -> 'price') as key
   where (version.tenant_id, version.id) = (s.tenant_id, s.plan_version_id));
--> statement-breakpoint
update "bursar"."subscription_terms" as term set currency = (
  select min(key) from "bursar"."plan_versions" as version cross join lateral jsonb_object_keys(version.definition -> 'price') as key
   where (version.tenant_id, version.id) = (term.tenant_id, term.plan_version_id));
--> statement-breakpoint
drop view "bursar"."priced_terms";
--> statement-breakpoint
create view "bursar"."priced_terms" as
  with terms as (
    select tenant_id, subscription_id, starts_at, plan_version_id, period, currency from "bursar"."subscription_terms"
    union all
    select tenant_id, id, scheduled_at, (scheduled ->> 'planVersionId')::int, scheduled ->> 'period',
           scheduled ->> 'currency'
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
       and price.key = held.currency
  )
  select * from priced where pays_from < pays_until;
