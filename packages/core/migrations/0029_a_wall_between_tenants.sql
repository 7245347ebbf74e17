-- Why: a second wall between tenants for hosts that ask for it (rls: true): what each row of a tenant is shown for. It stands once row
-- level security is enabled on the tables, which a kit with that option does; until then nothing changes for anybody.
create policy "tenants_apart" on "bursar"."audit" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."audit_values" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."balances" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."commands" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."customer_externals" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."customers" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."deliveries" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."draws" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."entries" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."entry_marks" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."entry_meta" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."families" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."features" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."gateway_events" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."gauge_parts" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."grants" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."hold_legs" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."holds" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."jobs" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."lifecycle_marks" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."offer_versions" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."offers" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."order_history" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."orders" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."outbox" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."parties" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."payments" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."payout_details" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."plan_versions" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."plans" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."referral_codes" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."referrals" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."returns" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."reward_events" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."rewards" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."settings" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."subscription_items" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."subscription_terms" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."subscriptions" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."trials" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."units" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."usage_marks" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."usage_totals" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."verify_marks" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."webhook_attempts" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."webhook_endpoints" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."withdrawal_history" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
create policy "tenants_apart" on "bursar"."withdrawals" for all
  using ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]))
  with check ("tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[]));
--> statement-breakpoint
alter view "bursar"."subscription_states" set (security_invoker = true);
--> statement-breakpoint
alter view "bursar"."priced_terms" set (security_invoker = true);
