/** What the kit says of its health, as replies: 200, or 503 where it is not ready. */
import type { HttpBinding } from './binding.ts';
import type { Reply } from './registration.ts';

const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** 200 whatever the database does: to start the process again would not help it. */
export function livez({ health }: HttpBinding): Reply {
  return { status: 200, headers, body: JSON.stringify(health.live()) };
}

/** 200 if the database is migrated and answers within two seconds, else 503 with a `reason`. */
export async function readyz({ health }: HttpBinding): Promise<Reply> {
  const answer = await health.ready();
  return { status: answer.ready ? 200 : 503, headers, body: JSON.stringify(answer) };
}
