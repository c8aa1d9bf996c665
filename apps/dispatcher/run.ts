import type { FaultLog, Log } from '../shared/log.ts';
import type { Redis } from '../shared/redis.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Dispatcher } from './app.ts';
import type { Circuit } from './circuit.ts';
import type { Credential } from './credential.ts';
import type { Ledger } from './ledger.ts';
import type { Observe } from './observe.ts';
import { poll } from './poll.ts';
import { renewHolds } from './renew.ts';
import type { TurnOver } from './retention.ts';
import type { Settle } from './settle.ts';
import { holdShare, type SharePart } from './share.ts';
import { tellLatency, type Latency } from './tell-latency.ts';
import type { Bell } from './timing.ts';

export interface RunDeps {
  readonly dispatcher: Dispatcher;
  readonly circuit: Circuit;
  readonly turnOver: TurnOver;
  readonly settle: Pick<Settle, 'completeLate'>;
  readonly ledger: Pick<Ledger, 'renew'>;
  readonly credential: Pick<Credential, 'follow'>;
  readonly hide: Acknowledge['hide'];
  readonly holdMs: number;
  readonly capacity: number;
  readonly share: SharePart | undefined;
  readonly redis: Redis;
  readonly names: { readonly instance: string; readonly target: string };
  readonly latency: Latency;
  readonly changed: Bell;
  readonly observe: Pick<Observe, 'polled' | 'renewed'>;
  readonly log: Log;
  /** Faults of the queue, which would else be told with each request. */
  readonly faults: FaultLog;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/**
 * All loops of a pod, until the signal ends; resolves when nothing is in hand any more.
 *
 * They end in this order: no more is received, what is under way is settled, and only then are holds no longer kept, late
 * completions no longer recorded and the credential no longer kept fresh.
 */
export async function run(deps: RunDeps, stop: AbortSignal): Promise<void> {
  const { dispatcher, circuit, turnOver, settle, holdMs, capacity, share, changed, observe, faults } = deps;
  const settled = new AbortController();
  const background = Promise.all([
    renewHolds({ ...deps, inHand: dispatcher.inHand }, settled.signal),
    settle.completeLate(settled.signal),
    deps.credential.follow(settled.signal),
    circuit.watch(stop),
    turnOver.watch(stop),
    tellLatency(deps, stop),
    share && holdShare(share, settled.signal),
  ]);
  const polling = poll(
    {
      receive: turnOver.receive,
      visibilitySeconds: Math.ceil(holdMs / 1_000),
      room: dispatcher.room,
      leastRoom: () => (circuit.isSending() ? 1 : Math.min(10, Math.ceil(capacity / 4))),
      changed,
      look: dispatcher.look,
      take: dispatcher.take,
      observe,
      log: faults,
    },
    stop,
  );
  await dispatcher.work(stop);
  // The last long poll may still bring messages; nobody calls for them any more.
  await polling;
  await dispatcher.work(stop);
  settled.abort();
  await background;
}
