/** Every table of the kit, for hosts that read them with Drizzle or migrate with drizzle-kit. */
export * from './audit/schema.ts';
export * from './catalog/schema.ts';
export * from './customers/schema.ts';
export * from './events/schema.ts';
export * from './jobs/schema.ts';
export * from './kernel/schema.ts';
export * from './ledger/schema.ts';
export * from './orders/schema.ts';
export * from './payments/schema.ts';
export * from './rates/schema.ts';
export * from './referrals/schema.ts';
export * from './refunds/schema.ts';
export * from './settings/schema.ts';
export * from './subscriptions/schema.ts';
export * from './topups/schema.ts';
export * from './webhooks/schema.ts';
export * from './withdrawals/schema.ts';
