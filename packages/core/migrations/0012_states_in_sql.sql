-- Why: lists, insights and hosts' own queries need the state of a subscription at a moment in SQL too, by the rules of state.ts.
ALTER TABLE "bursar"."subscriptions" ADD COLUMN "scheduled_at" timestamp (3) with time zone;
--> statement-breakpoint
-- One row per subscription that was not deleted, as it is at a moment, past or future. What is unpaid is not seen here.
-- Pauses are in order and apart, so those that moved the trial's end are the first ones that began before it.
create function "bursar"."subscription_states_at"(moment timestamptz)
  returns table (
    tenant_id int, id text, customer_id bigint, status text, upcoming boolean, canceled boolean, on_grace boolean,
    ended boolean, active boolean, on_trial boolean, paused boolean, valid boolean, recurring boolean, infinite boolean,
    trial_ends_at timestamptz, period text)
  language sql stable as $$
    select s.tenant_id, s.id, s.customer_id,
           case when fact.ended then 'ended'
                when fact.upcoming then 'upcoming'
                when fact.paused then 'paused'
                when fact.canceled then 'canceled'
                when fact.on_trial then 'trialing'
                else 'active' end,
           fact.upcoming, fact.canceled, fact.canceled and not fact.ended, fact.ended,
           not fact.upcoming and not fact.ended, fact.on_trial, fact.paused,
           not fact.upcoming and not fact.ended and not fact.paused,
           held.period is not null and not fact.canceled and not fact.on_trial and not fact.paused and not fact.upcoming,
           held.period is null, moved.trial_ends_at, held.period
      from "bursar"."subscriptions" as s
     cross join lateral (
       select case when s.scheduled is not null and s.scheduled_at <= moment
                        and (s.ends_at is null or s.ends_at > s.scheduled_at)
                   then s.scheduled ->> 'period' else s.period end as period) as held
     cross join lateral (
       select coalesce(bool_or(pause.starts <= moment and (pause.until is null or pause.until > moment)), false) as paused,
              coalesce(bool_or(pause.until is null) filter (where pause.interrupts), false) as is_open,
              coalesce(sum(pause.seconds) filter (where pause.interrupts), 0)::float8 as seconds
         from (
           select one.starts, one.until, extract(epoch from one.until - one.starts) as seconds,
                  one.starts <= moment and one.starts < s.trial_ends_at + make_interval(secs => coalesce(
                    sum(extract(epoch from one.until - one.starts))
                      over (order by one.starts rows between unbounded preceding and 1 preceding), 0)::float8) as interrupts
             from (
               select (shift ->> 'at')::timestamptz as starts, (shift ->> 'until')::timestamptz as until
                 from jsonb_array_elements(s.shifts) as shift
                where shift ->> 'kind' = 'pause'
                union all
               select s.paused_at, s.resumes_at where s.paused_at is not null) as one) as pause) as pauses
     cross join lateral (
       select case when s.ends_at <= s.trial_ends_at then s.trial_ends_at
                   when pauses.is_open then 'infinity'
                   else s.trial_ends_at + make_interval(secs => pauses.seconds) end as trial_ends_at) as moved
     cross join lateral (
       select s.starts_at > moment as upcoming, s.ends_at is not null as canceled,
              coalesce(s.ends_at <= moment, false) as ended, pauses.paused,
              s.starts_at <= moment and coalesce(s.ends_at > moment, true)
                and coalesce(moved.trial_ends_at > moment, false) as on_trial) as fact
     where s.deleted_at is null
  $$;
--> statement-breakpoint
create view "bursar"."subscription_states" as select * from "bursar"."subscription_states_at"(now());
