import { readFileSync } from 'node:fs';
import { createLedger, type Ledger } from '../../apps/dispatcher/ledger.ts';
import { createPace, type Pace } from '../../apps/dispatcher/pace.ts';
import { createReserve, type Permit, type Reserve } from '../../apps/dispatcher/permit.ts';
import { loadScripts, type Scripts } from '../../apps/dispatcher/scripts.ts';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { scheduleKey } from '../../apps/shared/state-keys.ts';
import { limit } from '../../apps/shared/limit-config.ts';
import type { Redis } from '../../apps/shared/redis.ts';
import { held, received } from './held.ts';

export const names = { instance: 'tests', target: 'crm' };

/** What a limit of the configuration means. */
export function paceOf(settings: object): Pace {
  return createPace(limit.parse(settings), 10_000);
}

/** A Redis whose time is told by the test, and pods that ask it; nothing waits, so nothing depends on the machine. */
export interface Timed {
  readonly scripts: Scripts;
  readonly ledger: Ledger;
  /** Real time, ms: the monotonic clock of all pods. */
  readonly now: () => number;
  /** Lets time pass, for Redis as for everybody. */
  readonly pass: (ms: number) => Promise<void>;
  /** Steps Redis' clock alone. */
  readonly step: (ms: number) => Promise<void>;
  readonly open: (pace: Pace) => Promise<void>;
  readonly pod: (pace: Pace, serverId?: () => string) => Pod;
}

export interface Pod {
  readonly reserve: Reserve;
  /** Claims so many new events and asks a slot for each. */
  readonly ask: (count: number) => Promise<Permit>;
  /** Their dues; fails where there are none. */
  readonly slots: (count: number) => Promise<readonly number[]>;
}

const startMs = 1_800_000_000_000;

function withTestTime(text: string): string {
  return text.replace("redis.call('TIME')", "redis.call('HMGET', 'clock', 's', 'us')");
}

function readScript(name: string): string {
  return readFileSync(new URL(`../../apps/dispatcher/scripts/${name}.lua`, import.meta.url), 'utf8');
}

export async function startTimed(redis: Redis, read: (name: string) => string = readScript): Promise<Timed> {
  const scripts = loadScripts(redis, { read: (name) => withTestTime(read(name)) });
  let nowMs = 1_000;
  let redisMs = startMs;
  let events = 0;
  let pods = 0;
  const tell = async () => {
    const us = Math.round(redisMs * 1_000);
    await redis.hset('clock', 's', Math.floor(us / 1e6), 'us', us % 1e6);
  };
  await tell();
  const ledger = createLedger({
    scripts,
    ...names,
    leaseMs: 60_000,
    doubtMs: 0,
    retry: { attempts: 8, backoff: { first: 1_000, max: 900_000 } },
    newOwner: () => `owner-${++events}`,
    random: () => 1,
  });
  const now = () => nowMs;
  return {
    scripts,
    ledger,
    now,
    async pass(ms) {
      nowMs += ms;
      redisMs += ms;
      await tell();
    },
    async step(ms) {
      redisMs += ms;
      await tell();
    },
    async open(pace) {
      const perMs = pace.long.map((window) => window.perMs);
      await declareFirstStart(redis, names, perMs);
      // It asks the real time, which these tests are not in.
      const free = Math.round(redisMs * 1_000);
      await redis.set(scheduleKey(names.instance, names.target), String(free));
    },
    pod(pace, serverId = () => 'redis') {
      const reserve = createReserve({ script: scripts.permit, names, pace, pod: `pod-${++pods}`, serverId, now });
      const ask = async (count: number) => {
        const all = Array.from({ length: count }, () => received(`key-${++events}`));
        const claims = (await ledger.claim(all)) ?? [];
        const ours = all.flatMap((each, i) => {
          const claim = claims[i];
          return claim !== undefined && 'owner' in claim ? [held(each, claim.owner)] : [];
        });
        return reserve(ours);
      };
      return {
        reserve,
        ask,
        async slots(count) {
          const permit = await ask(count);
          if (permit.kind !== 'slots') throw new Error(`It is ${permit.kind}`);
          return permit.slots.map((slot) => slot?.dueMs ?? Number.NaN);
        },
      };
    },
  };
}

/** The most of these moments that lie in any [t, t + perMs). */
export function worstOf(moments: readonly number[], perMs: number): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let worst = 0;
  let from = 0;
  for (const [i, moment] of sorted.entries()) {
    while (moment - (sorted[from] ?? moment) >= perMs) from++;
    worst = Math.max(worst, i - from + 1);
  }
  return worst;
}
