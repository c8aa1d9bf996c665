import { Pool } from 'undici';
import { z } from 'zod';
import { wait } from '../../../apps/shared/wait.ts';
import type { Known } from './check.ts';
import { eventOf } from './events.ts';

export interface ProduceOptions {
  /** Events go to `events/batch` below it. */
  readonly receiverUrl: string;
  /** The API key, as `x-api-key`; none where the receiver takes events of anybody. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the events, in the order in which they are sent. */
  readonly ids: readonly string[];
  /** How often a request is made at most; what no answer has settled by then stays `unknown`. */
  readonly maxTries: number;
  /** Awaited before each request: it resolves when the backlog may grow. */
  readonly mayGoOn: () => Promise<void>;
  /** Told once of each event, when it is sent for the first time. */
  readonly firstSent: (id: string) => void;
  readonly signal: AbortSignal;
}

export interface Produced {
  /** What was sent at all, and what is known of it. */
  readonly sent: ReadonlyMap<string, Known>;
  /** Events in all requests, each as often as it was sent. */
  readonly sends: number;
  /** Those beyond the first of each event. */
  readonly resends: number;
}

/** The receiver takes no more in a batch. */
const perRequest = 100;

/** Enough to fill a queue far faster than any limit here empties it. */
const requestsAtOnce = 4;

/** Four times what the receiver allows itself (500 ms): as patient as senders are that give up after seconds. */
const answerWithinMs = 2_000;

/** Waits double from the first to the longest: a receiver that restarts is asked soon, and not hundreds of times. */
const firstWaitMs = 100;
const longestWaitMs = 2_000;

interface Judged {
  readonly id: string;
  /** `again`: it may have been taken, or not. */
  readonly verdict: 'accepted' | 'refused' | 'again';
}

/**
 * Sends events to the receiver, and again with the same ids where an answer said so or none came, until each is settled or
 * the tries are used up. It never says more than it was told: a refusal settles an event at its first try alone, as of any
 * earlier one the receiver may have kept it.
 */
export async function produce(options: ProduceOptions): Promise<Produced> {
  const { receiverUrl, headers, ids: all, maxTries, mayGoOn, firstSent } = options;
  const stopped = new AbortController();
  const until = AbortSignal.any([options.signal, stopped.signal]);
  const over = Promise.withResolvers<undefined>();
  until.addEventListener('abort', () => over.resolve(undefined));
  if (until.aborted) over.resolve(undefined);
  const { origin, pathname } = new URL('events/batch', receiverUrl.replace(/\/?$/, '/'));
  const pool = new Pool(origin, { connections: requestsAtOnce });
  const sent = new Map<string, Known>();
  let sends = 0;

  const send = async (ids: readonly string[]) => {
    let open = ids;
    for (let tries = 1; open.length > 0 && tries <= maxTries; tries++) {
      if (tries > 1) await wait(Math.min(firstWaitMs * 2 ** (tries - 2), longestWaitMs), until);
      await Promise.race([mayGoOn(), over.promise]);
      if (until.aborted) return;
      for (const id of open) {
        if (tries === 1) firstSent(id);
        sent.set(id, 'unknown');
      }
      sends += open.length;
      const again: string[] = [];
      for (const { id, verdict } of await post(pool, pathname, headers, open, until)) {
        switch (verdict) {
          case 'accepted':
            sent.set(id, 'accepted');
            break;
          case 'refused':
            if (tries === 1) sent.set(id, 'refused');
            break;
          case 'again':
            again.push(id);
            break;
          default:
            verdict satisfies never;
        }
      }
      open = again;
    }
  };
  let next = 0;
  const sender = async () => {
    while (next < all.length && !until.aborted) {
      const first = next;
      next += perRequest;
      await send(all.slice(first, first + perRequest));
    }
  };
  try {
    await Promise.all(Array.from({ length: requestsAtOnce }, sender));
    return { sent, sends, resends: sends - sent.size };
  } finally {
    stopped.abort();
    await pool.destroy();
  }
}

async function post(
  pool: Pool,
  path: string,
  headers: ProduceOptions['headers'],
  ids: readonly string[],
  until: AbortSignal,
): Promise<readonly Judged[]> {
  try {
    const { statusCode, body } = await pool.request({
      path,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(ids.map(eventOf)),
      signal: AbortSignal.any([until, AbortSignal.timeout(answerWithinMs)]),
    });
    return judge(statusCode, await body.text(), ids);
  } catch {
    // Reset, refused or too late: whatever it was, there is no answer.
    return ids.map((id) => ({ id, verdict: 'again' }));
  }
}

const answerSchema = z.object({
  results: z.array(
    z.union([
      z.object({ id: z.string(), status: z.literal('queued') }),
      z.object({ id: z.string().optional(), status: z.number() }),
    ]),
  ),
});

function judge(statusCode: number, text: string, ids: readonly string[]): readonly Judged[] {
  if (statusCode !== 202 && statusCode !== 207) return ids.map((id) => ({ id, verdict: verdictOf(statusCode) }));
  const { results } = answerSchema.parse(JSON.parse(text));
  return ids.map((id, i) => {
    const result = results[i];
    // Only a result that names the event speaks of it.
    if (result?.id !== id) return { id, verdict: 'again' };
    return { id, verdict: result.status === 'queued' ? 'accepted' : verdictOf(result.status) };
  });
}

function verdictOf(status: number): 'refused' | 'again' {
  const later = status === 408 || status === 429;
  return status >= 400 && status < 500 && !later ? 'refused' : 'again';
}
