/** The whole HTTP surface: what each slice declares, in the order it is documented. */
import { auditRoutes } from '../audit/index.ts';
import { entitlementRoutes } from '../entitlements/index.ts';
import type { Route } from '../http/index.ts';
import { insightRoutes, walletInsightRoutes } from '../insights/index.ts';
import { ledgerAdminRoutes, ledgerRoutes } from '../ledger/index.ts';
import { orderAdminRoutes, orderRoutes } from '../orders/index.ts';
import { paymentAdminRoutes, paymentRoutes } from '../payments/index.ts';
import { rateRoutes } from '../rates/index.ts';
import { referralRoutes } from '../referrals/index.ts';
import { refundAdminRoutes } from '../refunds/index.ts';
import { settingRoutes } from '../settings/index.ts';
import {
  subscriptionAdminRoutes,
  subscriptionLifeRoutes,
  subscriptionRoutes,
} from '../subscriptions/index.ts';
import { autoTopUpRoutes } from '../topups/index.ts';
import { webhookRoutes } from '../webhooks/index.ts';
import { withdrawalRoutes } from '../withdrawals/index.ts';
import { accountRoutes } from './account-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { jobRoutes } from './job-routes.ts';

export const routes: readonly Route[] = [
  ...accountRoutes,
  ...entitlementRoutes,
  ...ledgerRoutes,
  ...ledgerAdminRoutes,
  ...auditRoutes,
  ...subscriptionRoutes,
  ...subscriptionLifeRoutes,
  ...subscriptionAdminRoutes,
  ...orderRoutes,
  ...autoTopUpRoutes,
  ...orderAdminRoutes,
  ...refundAdminRoutes,
  ...paymentAdminRoutes,
  ...withdrawalRoutes,
  ...referralRoutes,
  ...settingRoutes,
  ...rateRoutes,
  ...insightRoutes,
  ...walletInsightRoutes,
  ...eventRoutes,
  ...jobRoutes,
  ...webhookRoutes,
  ...paymentRoutes,
];
