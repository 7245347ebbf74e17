/** How old what waits in the outbox is, asked of the database when metrics are collected and never otherwise. */
import { pendingSince } from '../events/index.ts';
import { observe } from '../kernel/index.ts';
import type { Root } from './root.ts';

/** Tells the ages of a root whose database is open. @returns What ends it. */
export function observeAges(root: Root): () => void {
  const { schema, clock } = root.options;
  return observe(async (tell) => {
    const { outbox, deliveries } = await root.across(pendingSince);
    const age = (since: Date | null) =>
      since ? Math.max(0, clock.now().getTime() - since.getTime()) / 1000 : 0;
    if (deliveries.length > 0) tell('outboxAge', age(outbox), { 'bursar.schema': schema });
    for (const { consumer, since } of deliveries)
      tell('deliveriesAge', age(since), { 'bursar.schema': schema, 'bursar.consumer': consumer });
  });
}
