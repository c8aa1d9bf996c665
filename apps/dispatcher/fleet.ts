import { randomBytes } from 'node:crypto';
import type { TargetConfig } from '../shared/config.ts';
import type { Log } from '../shared/log.ts';
import { createRedis, followServer, tellOutages, type Redis } from '../shared/redis.ts';
import { poolBytes } from '../shared/tracing.ts';
import type { Circuit } from './circuit.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createLimiter } from './limiter.ts';
import type { Pace } from './pace.ts';
import { createPause, hearFleet, type Pause } from './pause.ts';
import type { Reserve } from './permit.ts';
import { usualPatienceMs } from './rounds.ts';
import { loadScripts, type Scripts } from './scripts.ts';
import type { SharePart } from './share.ts';
import { holdMs, type Bell } from './timing.ts';

/** What the pods of one target share, all of it in Redis: the limit, the pause, the ledger, and what they tell each other. */
export interface Fleet {
  readonly redis: Redis;
  readonly probe: Scripts['probe'];
  readonly token: Scripts['token'];
  readonly reserve: Reserve;
  readonly share: SharePart | undefined;
  readonly pause: Pause;
  readonly ledger: Ledger;
  /** Follows what other pods tell from now on. */
  readonly hear: (circuit: Pick<Circuit, 'opened' | 'moved'>) => void;
  readonly leave: () => void;
}

export interface FleetOptions {
  readonly redisUrl: string;
  readonly names: { readonly instance: string; readonly target: string };
  /** Names this pod; no two are alike. */
  readonly pod: string;
  readonly pace: Pace;
  readonly timeoutMs: number;
  /** How long a call in doubt may be at work, where it is asked for; 0 where it is simply made again. */
  readonly doubtMs: number;
  readonly retry: TargetConfig['retry'];
  /** Rung when a pause becomes longer. */
  readonly changed: Bell;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export function joinFleet(options: FleetOptions): Fleet {
  const { redisUrl, names, pod, pace, timeoutMs, doubtMs, retry, changed, log, now } = options;
  const redis = createRedis(redisUrl);
  tellOutages(redis, { url: redisUrl, log, now });
  const subscriber = createRedis(redisUrl);
  subscriber.on('error', (error: Error) => log.debug({ error: error.name }, 'redis.error'));
  // Where calls in flight are counted, one that has ended is told at once: its place is another's.
  const scripts = loadScripts(redis, { patienceMs: pace.maxInFlight > 0 ? 0 : usualPatienceMs });
  const ownerBytes = poolBytes(randomBytes);
  const pause = createPause(scripts.pause, names, { now, random: Math.random, onLonger: () => changed.ring() });
  return {
    redis,
    probe: scripts.probe,
    token: scripts.token,
    ...createLimiter({ scripts, names, pace, pod, serverId: followServer(redis), now }),
    pause,
    ledger: createLedger({
      scripts,
      ...names,
      leaseMs: holdMs(timeoutMs),
      doubtMs,
      retry,
      newOwner: () => ownerBytes(9).toString('base64url'),
      random: Math.random,
    }),
    hear(circuit) {
      hearFleet(subscriber, names, { pause, circuit });
      void subscriber.connect().catch(() => undefined);
    },
    leave() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}
