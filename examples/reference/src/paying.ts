/**
 * The demo's gateway, and the page at it where payers pay: no money moves, and nobody's card is asked for.
 *
 * What somebody does there comes to the kit as from any gateway: as a signed webhook, over HTTP, at the route for webhooks.
 */
import { type Gateway, NotFoundError, testGateway, ValidationError } from '@bursar/core';

/** What a page answers. */
export type Paid = {
  /** Where the payer goes back to. */
  readonly location: string;
  readonly body: { readonly payment: string; readonly state: string; readonly webhook: unknown };
};

export type Paying = {
  readonly gateway: Gateway;
  /** Where this server is reached, once it listens. */
  servedAt(url: string): void;
  /**
   * The page of a payment, as HTML.
   * @throws {NotFoundError} There is no such payment at this process's gateway.
   */
  page(payment: string): string;
  /**
   * What the payer does there, `succeed` or `refuse`, and the webhook that tells of it.
   * @throws {NotFoundError} As `page`. @throws {ValidationError} It is neither.
   */
  pay(payment: string, outcome: string | undefined): Promise<Paid>;
};

/** Makes the gateway: who is sent to its page has to pay there, and a payment of any other kind succeeds at once. */
export function createPaying(): Paying {
  const gateway = testGateway({
    payments: ({ kind }) => (kind === 'checkout' ? 'delay' : 'succeed'),
  });
  const returns = new Map<string, string>();
  let url = '';

  function find(id: string) {
    const payment = gateway.payments().find((one) => one.id === id);
    if (!payment) throw new NotFoundError('payment', id);
    return payment;
  }

  return {
    gateway: {
      ...gateway,
      async createPayment(input) {
        const made = await gateway.createPayment(input);
        if (made.checkout.kind !== 'redirect') return made;
        returns.set(made.id, made.checkout.url);
        return { ...made, checkout: { kind: 'redirect', url: `${url}/test-gateway/${made.id}` } };
      },
    },
    servedAt(at) {
      url = at;
    },
    page(id) {
      const { state, metadata } = find(id);
      return `<!doctype html><title>Test gateway</title><h1>Test gateway</h1>
<p>Order ${metadata.order}: ${state}. No money moves here.</p>
<form method="post" enctype="text/plain"><button>Pay</button>
<button formaction="?outcome=refuse">Refuse</button></form>
`;
    },
    async pay(id, outcome = 'succeed') {
      if (outcome !== 'succeed' && outcome !== 'refuse')
        throw new ValidationError([{ pointer: '/outcome', detail: 'send succeed or refuse' }]);
      const { state, metadata } = find(id);
      // Who has paid has paid: the gateway only tells it again.
      const payment = state === 'succeeded' ? find(id) : gateway.settle(id, outcome);
      const { rawBody, headers } = gateway.webhook(id);
      const at = `${url}/billing/webhooks/test/${encodeURIComponent(metadata.tenant ?? '')}`;
      const told = await fetch(at, {
        ...{ method: 'POST', body: rawBody },
        headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
      });
      const body = { payment: id, state: payment.state, webhook: await told.json() };
      return { location: returns.get(id) ?? url, body };
    },
  };
}
