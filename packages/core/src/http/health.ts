/**
 * Health for orchestrators: alive while the process answers at all, ready while its database does.
 */
import type { HttpBinding } from './binding.ts';
import type { Reply } from './registration.ts';

const patience = 2_000;
const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** 200 whatever the database does: to start the process again would not help it. */
export function livez(): Reply {
  return { status: 200, headers, body: JSON.stringify({ live: true }) };
}

/** 200 if the database answers within two seconds, else 503. */
export async function readyz(binding: HttpBinding): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patience, false);
  });
  const answered = binding.ping().then(
    () => true,
    () => false,
  );
  const ready = await Promise.race([answered, late]);
  clearTimeout(timer);
  return { status: ready ? 200 : 503, headers, body: JSON.stringify({ ready }) };
}
