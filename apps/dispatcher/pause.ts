import { pauseChannel, pauseKey } from '../shared/state-keys.ts';
import { slowStartMs } from './permit.ts';
import type { Circuit } from './circuit.ts';
import type { Scripts } from './scripts.ts';
import type { Redis } from '../shared/redis.ts';

export type PauseReason = 'throttled' | 'unauthorised';

/**
 * The pause of the whole fleet, as this pod knows it. One pod writes it to Redis and tells the others at once; each
 * looks at its own copy before every write, and learns of a pause that it missed with its next reservation.
 */
export interface Pause {
  /** ms that are left of it by this pod's clock; 0 when there is none. */
  leftMs(): number;
  /** Learns of a pause from Redis. Never shortens the one that it knows. */
  learn(leftMs: number): void;
  /** Stops the fleet. Holds in this pod at once, whether Redis hears of it or not. */
  begin(ms: number, reason: PauseReason): Promise<void>;
}

/** No answer, however wrong, stops a fleet for longer: an operator sees it and has a day. */
export const longestPauseMs = 86_400_000;

/** A little later than asked, so that the gateways of one API do not all come back in the same moment. */
const longestJitterMs = 500;

export function createPause(
  script: Scripts['pause'],
  { instance, target }: { readonly instance: string; readonly target: string },
  { now, random, onLonger }: { now: () => number; random: () => number; onLonger: () => void },
): Pause {
  let untilMs = 0;
  const learn = (leftMs: number) => {
    // What is no number would stop calls for good: no later pause is longer.
    if (!(now() + leftMs > untilMs)) return;
    untilMs = now() + Math.min(leftMs, longestPauseMs);
    onLonger();
  };
  return {
    leftMs: () => Math.max(0, untilMs - now()),
    learn,
    async begin(ms, reason) {
      const jitterMs = Math.min(ms / 10, longestJitterMs) * random();
      const pausedMs = Math.ceil(Math.min(Math.max(ms, 1) + jitterMs, longestPauseMs));
      learn(pausedMs);
      const keys = [pauseKey(instance, target)];
      const result = await script(keys, [pausedMs, reason, pauseChannel(instance, target), slowStartMs]);
      if (result.ok) learn(Number(result.reply));
    },
  };
}

/** Follows what the fleet tells: pauses by their length, and of the circuit when it opens and closes. */
export function hearFleet(
  subscriber: Redis,
  { instance, target }: { readonly instance: string; readonly target: string },
  { pause, circuit }: { readonly pause: Pick<Pause, 'learn'>; readonly circuit: Pick<Circuit, 'opened' | 'moved'> },
): void {
  const channel = pauseChannel(instance, target);
  subscriber.on('message', (_channel: string, message: string) => {
    const [ms = '', reason] = message.split(' ');
    pause.learn(Number.parseInt(ms, 10));
    if (reason === 'unreachable') circuit.opened();
    if (reason === 'reachable') circuit.moved();
  });
  subscriber.on('ready', () => void subscriber.subscribe(channel).catch(() => undefined));
}
