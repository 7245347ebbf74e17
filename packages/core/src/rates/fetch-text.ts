/** Reading a text from elsewhere, within a time and a size, whatever the other side does. */

/** `fetch`, as far as it is needed. */
export type Fetch = (
  url: string,
  init: { signal: AbortSignal; redirect: 'error'; headers: Record<string, string> },
) => Promise<Pick<Response, 'status' | 'body'>>;

/**
 * The answer's text.
 *
 * @param input.timeoutMilliseconds From the first byte to the last; 10,000 unless said.
 * @throws {Error} The status is not 200, it leads elsewhere, is longer than `bytesMax`, no UTF-8, or took too long.
 */
export async function fetchText(input: {
  url: string;
  fetch?: Fetch | undefined;
  timeoutMilliseconds?: number | undefined;
  bytesMax: number;
  signal: AbortSignal;
}): Promise<string> {
  const {
    url,
    fetch: ask = fetch as unknown as Fetch,
    timeoutMilliseconds = 10_000,
    bytesMax,
  } = input;
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMilliseconds), input.signal]);
  const answer = await ask(url, {
    signal,
    redirect: 'error',
    headers: { 'user-agent': 'Bursar-Rates/1' },
  });
  const parts: Uint8Array[] = [];
  let length = 0;
  if (answer.status !== 200 || !answer.body) {
    await answer.body?.cancel();
    throw new Error(`The answer has status ${answer.status}.`);
  }
  for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    length += part.byteLength;
    if (length > bytesMax) throw new Error(`The answer is longer than ${bytesMax} bytes.`);
    parts.push(part);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
}
