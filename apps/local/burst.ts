import type { Delivery } from './workload.ts';

/** Senders at once: as many as a busy webhook source opens. */
const senders = 16;

/** A client that is told to wait does so, a few times; then it reports the event as not accepted. */
const mostTries = 10;

export interface Burst {
  accepted: number;
  refused: number;
  /** From a request's start to its 202, in ms. */
  readonly acknowledgedMs: number[];
}

/** Sends all deliveries as fast as the receiver takes them. `burst` is updated as it goes. */
export async function send(
  deliveries: Iterable<Delivery>,
  url: string,
  key: string,
  burst: Burst,
  signal: AbortSignal,
): Promise<void> {
  const queue = deliveries[Symbol.iterator]();
  const sender = async () => {
    for (let next = queue.next(); next.done !== true && !signal.aborted; next = queue.next()) {
      if (await sendOne(next.value, url, key, burst, signal)) burst.accepted++;
      else burst.refused++;
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
}

async function sendOne(
  { headers, body }: Delivery,
  url: string,
  key: string,
  burst: Burst,
  signal: AbortSignal,
): Promise<boolean> {
  for (let tries = 0; tries < mostTries && !signal.aborted; tries++) {
    const startedMs = performance.now();
    try {
      const response = await fetch(`${url}/events`, {
        method: 'POST',
        headers: { ...headers, 'x-api-key': key },
        body,
        signal,
      });
      await response.arrayBuffer();
      if (response.status === 202) {
        burst.acknowledgedMs.push(performance.now() - startedMs);
        return true;
      }
      if (response.status !== 429 && response.status !== 503) return false;
      await waitMs(1_000 * Number(response.headers.get('retry-after') ?? 1));
    } catch {
      await waitMs(200);
    }
  }
  return false;
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
