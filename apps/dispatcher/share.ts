import { sharesKey } from '../shared/state-keys.ts';
import { toUs, type Share } from './pace.ts';
import type { Permit, Reserve, Slot } from './permit.ts';
import type { RunScript } from '../shared/redis.ts';
import { wait } from '../shared/wait.ts';

/**
 * A pod's share of the limit, to be spent for a time without Redis.
 *
 *   without ──hold──▶ holding ──Redis is silent──▶ closed ──its lease, a horizon and a window have passed──▶ spending
 *      ▲                 ▲                            │                                                         │
 *      │                 └───────Redis is back────────┴──────────────────────────Redis is back─────────────────┤
 *      └─────────────────────────────────────────────────────────────────────its time is over, stays closed────┘
 *
 * Spending begins when the lease of the last beat that was *sent* must have ended, as its reply may be lost although Redis
 * took it, and ends by the last one that was *confirmed*, as Redis may have taken none since. So a beat tells Redis until
 * when it is good, and none is sent while Redis is silent; what asks then whether it is back changes nothing there.
 */
export interface SharePart {
  /** `reserve`, and without Redis a slot of the share where it may be spent. */
  readonly reserve: Reserve;
  /** Whether calls are made without Redis now. */
  readonly spending: () => boolean;
  /** Tells Redis that this pod is there, or finds out whether Redis is back. */
  readonly beat: () => Promise<void>;
  readonly giveBack: () => Promise<void>;
}

/** Holds a share until the signal ends, then gives it back. */
export async function holdShare({ beat, giveBack }: SharePart, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await beat();
    await wait(beatEveryMs, signal);
  }
  await giveBack();
}

export interface ShareOptions {
  readonly share: Share;
  readonly script: RunScript;
  readonly names: { readonly instance: string; readonly target: string };
  readonly reserve: Reserve;
  /** Names this pod; no two are alike. */
  readonly owner: string;
  readonly latenessMs: number;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** Five beats a lease. */
const beatEveryMs = 1_000;

/** A beat that reaches Redis later than this is not taken. */
const beatGoodMs = 1_000;

/** By how much a pod may misjudge Redis' clock: a command that takes longer has failed. */
const replyMs = 200;

/** Slots of a share are given out no further ahead than this: the share ends when Redis is back. */
const aheadMs = 250;

export function createShare(options: ShareOptions): SharePart {
  const { share, script, names, owner, now } = options;
  const keys = [sharesKey(names.instance, names.target)];
  let number = 0;
  let silent = false;
  let sentMs = -Infinity;
  let confirmedMs = -Infinity;
  let seen = { us: 0, sentMs: 0 };
  let nextMs = 0;

  const spending = () =>
    silent &&
    number > 0 &&
    now() >= sentMs + beatGoodMs + share.leaseMs + share.closedMs &&
    now() < confirmedMs + share.leaseMs + share.closedMs + share.spendMs;

  const send = async (what: 'hold' | 'return'): Promise<boolean> => {
    sentMs = now();
    const deadlineUs = seen.us === 0 ? 0 : seen.us + toUs(sentMs - seen.sentMs + beatGoodMs - replyMs);
    const ownMs = Math.max(0, nextMs + options.latenessMs + share.closingMs - sentMs);
    const limits = [share.count, toUs(share.leaseMs), toUs(share.busyMs), toUs(ownMs)];
    const result = await script(keys, [what, owner, number, ...limits, deadlineUs]);
    if (!result.ok) return false;
    const [us, held] = result.reply as [number, number];
    seen = { us, sentMs };
    if (held >= 0) {
      number = held;
      confirmedMs = sentMs;
    }
    return true;
  };

  const spend = (count: number): Permit => {
    const slots: Slot[] = [];
    const nowMs = now();
    nextMs = Math.max(nextMs, nowMs);
    while (slots.length < count && nextMs - nowMs <= aheadMs) {
      slots.push({ dueMs: nextMs, lateMs: nextMs + options.latenessMs });
      nextMs += share.spacingMs;
    }
    return slots.length === 0 && count > 0
      ? { kind: 'full', waitMs: nextMs - nowMs - aheadMs }
      : { kind: 'slots', slots };
  };

  return {
    spending,
    async reserve(wanting) {
      const permit = await options.reserve(wanting);
      if (permit.kind === 'gone') silent = true;
      return permit.kind === 'gone' && spending() ? spend(wanting.length) : permit;
    },
    async beat() {
      if (silent) silent = (await options.reserve([])).kind === 'gone';
      if (!silent) silent = !(await send('hold'));
    },
    async giveBack() {
      if (!silent && number > 0) await send('return');
    },
  };
}
