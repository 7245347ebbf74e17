/**
 * What all kits of one `createBursar` share: the database, the clock, what is known of each tenant, and the bus.
 *
 * Every verb runs through here: it opens a scope, and what it committed is told afterwards. Nothing else publishes.
 */
import { type Bus, createBus, hasRow } from '../events/index.ts';
import type { Database, Ports } from '../kernel/index.ts';
import { createSpendQueue } from '../ledger/index.ts';
import { chargeSubscription, paidPeriods } from '../orders/index.ts';
import { faultOfChoice, openPayment } from '../payments/index.ts';
import { createRateDesk } from '../rates/index.ts';
import { rewardedWithOrder, rewardProof, sponsorNewcomer } from '../referrals/index.ts';
import { followBack, orderProof } from '../refunds/index.ts';
import { createSettingsMemory } from '../settings/index.ts';
import { planOf, plansOf } from '../subscriptions/index.ts';
import { withdrawalProof } from '../withdrawals/index.ts';
import { type Connection, createConnection } from './connection.ts';
import { createWatch, type Watch } from './host-lane.ts';
import type { Options } from './options.ts';
import { createReach, type Reach } from './reach.ts';
import { createRightsMemory, type RightsMemory } from './rights-memory.ts';
import { createScopes } from './scopes.ts';
import { createTenants } from './tenants.ts';

export type { Context } from './scopes.ts';

export interface Root extends Reach {
  readonly options: Options;
  readonly bus: Bus;
  /** Calls it whenever news was committed here that stands in the outbox. */
  onNews(wake: () => void): void;
  /** Calls it whenever a job is asked for here, and again once there may be something to do. */
  onQueued(wake: (isCommitted: boolean) => void): void;
  queued(): void;
  /** Called when what endpoints want has changed here. */
  onFollowed(look: () => Promise<void>): void;
  followed(): Promise<void>;
  ready(): Promise<void>;
  close(): Promise<void>;
  database(): Promise<Database>;
  /** The handle that all tenants' rows are seen through. */
  overview(): Promise<Database>;
  /** The host's open transaction, as a context takes it. */
  readonly watch: Watch;
}

/** The shared part of a kit; no I/O until something is asked. */
export function createRoot(options: Options): Root {
  const jobWakers: ((isCommitted: boolean) => void)[] = [];
  const tell = (isCommitted: boolean) => {
    for (const wake of jobWakers) wake(isCommitted);
  };
  const queued = () => tell(true);
  const { bus, ports, connection, tenants, watch, onNews } = foundations(options, () =>
    tell(false),
  );
  const { ready, database, overview } = connection;
  const close = () => closeAll(ports, connection);
  const scopes = createScopes(options, { bus, ports, connection, tenants });
  const reaching = createReach(scopes, bus);
  const onQueued = (wake: (isCommitted: boolean) => void) => void jobWakers.push(wake);
  let looking: () => Promise<void> = async () => {};
  const onFollowed = (look: () => Promise<void>) => {
    looking = look;
  };
  const followed = () => looking();
  const standing = { ready, close, database, overview, watch };
  return {
    options,
    bus,
    onNews,
    onQueued,
    queued,
    onFollowed,
    followed,
    ...standing,
    ...reaching,
  };
}

/** Rates that are being fetched are given up. */
function closeAll({ rateDesk }: Ports, connection: Connection): Promise<void> {
  rateDesk?.close();
  return connection.close();
}

/** What a root stands on. */
function foundations(options: Options, jobQueued: () => void) {
  const tenants = createTenants();
  const settingsMemory = createSettingsMemory();
  const rights = createRightsMemory(tenants.forget, settingsMemory);
  const wakers: (() => void)[] = [];
  const bus = rememberingBus(createBus(options.logger), rights, wakers);
  const onNews = (wake: () => void) => void wakers.push(wake);
  const subjects = options.cache ? rights.subjects : undefined;
  const spendQueue = options.batch ? createSpendQueue() : undefined;
  const { catalog, rates, triggers, payouts, ownSettings, configuredSettings } = options;
  const ports: Ports = {
    catalog,
    planOf,
    plansOf,
    paidPeriods,
    charge: chargeSubscription,
    subjects,
    spendQueue,
    hears: bus.hears,
    customerRules: options.customers,
    sponsorNewcomer,
    linkSecrets: options.linkSecrets,
    rates: rates && 'find' in rates ? rates : undefined,
    rateDesk: rates && 'providers' in rates ? createRateDesk(rates.providers) : undefined,
    triggers,
    rewardedWithOrder: triggers && rewardedWithOrder,
    ...{ ownSettings, configuredSettings },
    settingsMemory: options.cache ? settingsMemory : undefined,
    jobQueued,
    ...(options.gateways && {
      gateways: options.gateways,
      openCheckout: openPayment,
      gatewayFault: faultOfChoice,
      followBack,
    }),
    payouts,
    proofs: [withdrawalProof, rewardProof, orderProof],
  };
  const connection = createConnection(options, (opened) =>
    options.cache ? rights.listen(opened) : async () => {},
  );
  const watch = createWatch(connection.overview, bus, rights);
  return { bus, ports, connection, tenants, watch, onNews };
}

/** Forgets rights that have changed before anybody hears of it: a listener that asks again reads what is true now. */
function rememberingBus(bus: Bus, rights: RightsMemory, wakers: readonly (() => void)[]): Bus {
  return {
    ...bus,
    publish(news) {
      rights.told(news);
      bus.publish(news);
      if (wakers.length > 0 && news.some(hasRow)) for (const wake of wakers) wake();
    },
  };
}
