import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { EventRequest } from './workload.ts';

export interface BurstOptions {
  readonly receiverUrl: string;
  readonly key: string;
  readonly events: Iterable<EventRequest>;
  /** The receiver has answered 202 for it. */
  readonly accepted: (id: string, acknowledgedMs: number) => void;
  /** It never will: a refusal for good, or one that did not pass. */
  readonly refused: (id: string, why: string) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** As many senders at once: enough to fill the receiver's batches of ten. */
const senders = 16;

/** With waits that double from 200 ms to 5 s, a receiver may be gone for half a minute. */
const maxTries = 12;
const firstWaitMs = 200;
const maxWaitMs = 5_000;

/** Past the receiver's own deadline. */
const answerWithinMs = 15_000;

type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | undefined };

/** Sends all events, each until it is accepted or refused for good; sending again keeps the id. */
export async function sendBurst(options: BurstOptions): Promise<void> {
  const { receiverUrl, key, events, accepted, refused, now, signal } = options;
  const pool = new Pool(receiverUrl, { connections: senders, headersTimeout: answerWithinMs });
  const stopped = () => signal.aborted;
  const queue = events[Symbol.iterator]();

  async function send({ id, headers, body }: EventRequest): Promise<void> {
    for (let tries = 1; !stopped(); tries++) {
      const startedMs = now();
      const answer = await post(pool, { ...headers, 'x-api-key': key }, body, signal);
      if (answer.kind === 'accepted') {
        accepted(id, now() - startedMs);
        return;
      }
      if (stopped()) return;
      if (answer.kind === 'refused' || tries === maxTries) {
        refused(id, answer.why);
        return;
      }
      const waitMs = answer.afterMs ?? Math.min(firstWaitMs * 2 ** (tries - 1), maxWaitMs);
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
  async function sender(): Promise<void> {
    for (let next = queue.next(); next.done !== true && !stopped(); next = queue.next()) await send(next.value);
  }
  try {
    await Promise.all(Array.from({ length: senders }, sender));
  } finally {
    await pool.destroy();
  }
}

async function post(
  pool: Pool,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const {
      statusCode,
      headers: answered,
      body: rest,
    } = await pool.request({
      path: '/events',
      method: 'POST',
      headers,
      body,
      signal,
    });
    const text = await rest.text();
    if (statusCode === 202) return { kind: 'accepted' };
    const why = `${statusCode} ${text}`;
    if (statusCode < 500 && statusCode !== 429 && statusCode !== 408) return { kind: 'refused', why };
    return { kind: 'later', why, afterMs: retryAfterMs(answered['retry-after']) };
  } catch (error) {
    return { kind: 'later', why: error instanceof Error ? error.message : String(error), afterMs: undefined };
  }
}

/** Of `Retry-After` in seconds, which is the only form that the receiver gives. */
export function retryAfterMs(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,6}$/.test(value)) return undefined;
  return Math.min(Number(value) * 1_000, 60_000);
}
