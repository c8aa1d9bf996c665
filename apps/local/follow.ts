import { setTimeout as delay } from 'node:timers/promises';
import type { Screen } from './screen.ts';
import { duration } from './view.ts';
import { isSettled, nothingSeen, type Sample, type Watch } from './watch.ts';

export interface FollowOptions {
  readonly watch: Pick<Watch, 'look'>;
  readonly screen: Screen;
  /** Of the burst. */
  readonly events: number;
  /** All of the burst is accepted or refused. */
  readonly sent: () => boolean;
  /** The burst is settled; whether more is to be followed. */
  readonly settled: () => boolean;
  readonly firstDelivered: () => void;
  /** When to give up on the burst, on the clock of `now`. */
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export type Followed = 'settled' | 'timedOut' | 'stopped';

/** Five pictures a second look alive, and cost queue and target next to nothing. */
const lookEveryMs = 200;

/** A neighbour may be away for a moment; longer, and there is nothing to show. */
const blindMs = 10_000;

/**
 * Shows what happens until the burst is settled, and where `settled` asks for more, until the signal. Milestones and
 * events that the burst did not send are told as they are seen.
 */
export async function follow(options: FollowOptions): Promise<Followed> {
  const { watch, screen, events, sent, settled, firstDelivered, deadlineMs, now, signal } = options;
  const stopped = () => signal.aborted;
  const startedMs = now();
  let seenMs = startedMs;
  let last: Sample = nothingSeen;
  let allSent = false;
  let done = false;
  while (!stopped()) {
    // Asked before looking, or the look might miss what was accepted in between.
    const nowSent = sent();
    try {
      const { sample, own } = await watch.look();
      seenMs = now();
      if (last.delivered === 0 && sample.delivered > 0) firstDelivered();
      if (nowSent && !allSent) screen.print(`All of the burst is sent after ${duration(seenMs - startedMs)}.`);
      for (const { id, type } of own) screen.print(`Delivered: ${type} ${id}`);
      last = sample;
      allSent = nowSent;
      if (!done) screen.show(sample, events);
    } catch (error) {
      if (stopped()) break;
      if (now() - seenMs > blindMs) throw error;
    }
    if (!done && allSent && isSettled(last)) {
      done = true;
      screen.rest();
      if (!settled()) return 'settled';
    }
    if (!done && now() > deadlineMs) return 'timedOut';
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return 'stopped';
}
