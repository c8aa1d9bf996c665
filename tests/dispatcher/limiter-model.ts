import type { Held } from '../../apps/dispatcher/held.ts';
import type { Pace } from '../../apps/dispatcher/pace.ts';
import { slowStartMs } from '../../apps/dispatcher/permit.ts';
import { keyPrefix, type Redis } from '../../apps/shared/redis.ts';
import { names, paceOf, startTimed, type Pod, type Timed } from './clock.ts';
import { held, received } from './held.ts';

/** What a run is about. Each window has two limits: pods of both run at once while a change is rolled out. */
export interface Settings {
  readonly windows: readonly { readonly perMs: number; readonly calls: readonly [number, number] }[];
  readonly maxInFlight: number | undefined;
  readonly opened: boolean;
  readonly horizonMs: number;
}

/** One slot, and the moment at which the target saw it used. */
interface Call {
  /** Who will end it; none where its pod died. */
  pod: number | undefined;
  readonly held: Held;
  readonly dueMs: number;
  readonly usedUs: number;
  /** What its pod took for the limit of each window. */
  readonly limits: readonly number[];
  ended: boolean;
  /** Redis has lost the word of it since, and no longer counts it as in flight. */
  lost: boolean;
}

/** What is true of the world, whatever the scripts hold in Redis. */
export interface Model {
  readonly settings: Settings;
  calls: Call[];
  nowMs: number;
  /** By how much Redis' clock is ahead of the real one; and was when anyone asked last. */
  aheadMs: number;
  askedAheadMs: number;
  /** None, where Redis forgot it. */
  pausedUntilMs: number;
  /** Of all pauses ever: a copy may bring one back. */
  longestPauseMs: number;
  /** When copies of Redis were taken, one before each question. */
  readonly copiedMs: number[];
  /** For how long the last reply told to wait. */
  toldMs: number;
  /** Redis was, and nobody has asked the new one. */
  isReplaced: boolean;
  /** For how long a clock that stepped back draws out what Redis holds by it. */
  drawnOutMs: number;
  readonly pods: View[];
}

interface View {
  readonly limit: 0 | 1;
  /** When it asked last, and by how much Redis' clock was ahead then. */
  askedMs: number;
  aheadMs: number | undefined;
}

export interface Real {
  readonly redis: Redis;
  readonly time: Timed;
  readonly paces: readonly [Pace, Pace];
  readonly pods: Pod[];
  server: number;
  /** Each puts a copy back; none are taken where none is needed. */
  readonly copies: (() => Promise<void>)[] | undefined;
}

export const podCount = 3;
export const marginMs = 20;
/** As `paceOf` has it. */
const timeoutMs = 10_000;
const longestPacedMs = 10_000;
const isLong = ({ perMs }: { readonly perMs: number }) => perMs > longestPacedMs;

function paceFor({ windows, maxInFlight, horizonMs }: Settings, limit: 0 | 1): Pace {
  return paceOf({
    windows: windows.map(({ perMs, calls }) => ({ calls: calls[limit], per: `${perMs}ms` })),
    margin: `${marginMs}ms`,
    horizon: `${horizonMs}ms`,
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
  });
}

export async function setUp(settings: Settings, redis: Redis, isCopied: boolean, read?: (name: string) => string) {
  await redis.flushall();
  const time = await startTimed(redis, read);
  const paces = [paceFor(settings, 0), paceFor(settings, 1)] as const;
  if (settings.opened) await time.open(paces[0]);
  const real: Real = { redis, time, paces, pods: [], server: 0, copies: isCopied ? [] : undefined };
  for (let pod = 0; pod < podCount; pod++) real.pods.push(time.pod(paces[0], () => `redis ${real.server}`));
  const model: Model = {
    settings,
    calls: [],
    nowMs: time.now(),
    aheadMs: 0,
    askedAheadMs: 0,
    pausedUntilMs: 0,
    longestPauseMs: 0,
    copiedMs: [],
    toldMs: 0,
    isReplaced: false,
    drawnOutMs: 0,
    pods: real.pods.map(() => newView(0)),
  };
  return { model, real };
}

export function newView(limit: 0 | 1): View {
  return { limit, askedMs: 0, aheadMs: undefined };
}

export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`There is no ${index} among ${list.length}`);
  return item;
}

/** No [t, t + per) holds more calls than the largest limit of those who made them. */
function checkWindows({ settings, calls }: Model): void {
  const sorted = calls.toSorted((a, b) => a.usedUs - b.usedUs);
  for (const [w, { perMs }] of settings.windows.entries()) {
    for (const [last, { usedUs }] of sorted.entries()) {
      let most = 0;
      for (let first = last; first >= 0 && usedUs - at(sorted, first).usedUs < perMs * 1_000; first--) {
        most = Math.max(most, at(at(sorted, first).limits, w));
        if (last - first + 1 > most) {
          const moments = sorted.slice(first, last + 1).map((call) => call.usedUs / 1_000);
          throw new Error(`${last - first + 1} calls in ${perMs} ms, ${most} allowed: at ${moments.join(', ')}`);
        }
      }
    }
  }
}

function checkFlight({ settings: { maxInFlight }, calls }: Model, slot: Call): void {
  const isOut = ({ ended, lost, dueMs, usedUs }: Call) =>
    !ended && !lost && dueMs <= slot.dueMs && slot.dueMs < usedUs / 1_000 + timeoutMs;
  const out = calls.filter(isOut).length;
  if (out > (maxInFlight ?? Infinity)) throw new Error(`${out} in flight at ${slot.dueMs}, ${maxInFlight} allowed`);
}

async function claim({ ledger }: Timed, pod: number, count: number): Promise<Held[]> {
  const all = Array.from({ length: count }, () => received(`pod-${pod}-${claimed++}`));
  const claims = (await ledger.claim(all)) ?? [];
  return all.map((each, i) => {
    const mine = at(claims, i);
    if (!('owner' in mine)) throw new Error(`A new event is ${mine.kind}`);
    return held(each, mine.owner);
  });
}
let claimed = 0;

/** Asks, checks all that is promised of the answer, and returns how many slots there were. */
export async function ask(model: Model, real: Real, pod: number, count: number, latenessMs: readonly number[]) {
  model.copiedMs.push(model.nowMs);
  real.copies?.push(await copy(real));
  const all = await claim(real.time, pod, count);
  const permit = await at(real.pods, pod).reserve(all);
  const view = at(model.pods, pod);
  view.askedMs = model.nowMs;
  view.aheadMs = model.askedAheadMs = model.aheadMs;
  model.isReplaced = false;
  const pausedMs = model.pausedUntilMs - model.nowMs;
  if (pausedMs > 0 && !(permit.kind === 'paused' && permit.waitMs >= pausedMs))
    throw new Error(`A pause of ${pausedMs} ms is left, and the reply is ${JSON.stringify(permit)}`);
  if (permit.kind === 'gone') throw new Error(`Redis is gone: ${permit.reason}`);
  if (permit.kind !== 'slots') {
    model.toldMs = permit.waitMs;
    if (permit.waitMs <= 0) throw new Error(`To wait for ${permit.waitMs} ms`);
    return 0;
  }
  for (const [i, slot] of permit.slots.entries()) {
    if (slot === undefined) throw new Error('An event of ours is lost');
    // Redis' time in microseconds is as fine as a double can tell.
    const waitMs = Math.round((slot.dueMs - model.nowMs) * 1_000) / 1_000;
    if (waitMs < 0 || waitMs > at(real.paces, view.limit).horizonMs) throw new Error(`A slot waits for ${waitMs} ms`);
    const before = model.calls.at(-1)?.dueMs ?? 0;
    if (slot.dueMs <= before) throw new Error(`A slot is due at ${slot.dueMs}, and one before it at ${before}`);
    const usedUs = Math.round((slot.dueMs + at(latenessMs, i % latenessMs.length)) * 1_000);
    const limits = model.settings.windows.map(({ calls }) => calls[view.limit]);
    const call = { pod, held: at(all, i), dueMs: slot.dueMs, usedUs, limits, ended: false, lost: false };
    model.calls.push(call);
    checkFlight(model, call);
  }
  checkWindows(model);
  return permit.slots.length;
}

const prefix = keyPrefix(names.instance, names.target);

/** The limiter's keys; the records of events are no part of it. */
async function keysOf(redis: Redis): Promise<string[]> {
  const keys = await redis.keys('*');
  return keys.filter((key) => key.startsWith(prefix) && !key.startsWith(`${prefix}e:`));
}

async function remove(redis: Redis, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await redis.del(...keys);
}

export async function lose({ redis }: Real): Promise<void> {
  const keys = await redis.keys('*');
  await remove(
    redis,
    keys.filter((key) => key.startsWith(prefix)),
  );
}

/** Takes a copy, and returns what puts it back. */
async function copy({ redis }: Real): Promise<() => Promise<void>> {
  const kinds = await Promise.all((await keysOf(redis)).map(async (key) => [key, await redis.type(key)] as const));
  const writes = await Promise.all(
    kinds.map(async ([key, kind]) => {
      if (kind === 'string') return [key, 'set', (await redis.get(key)) ?? ''];
      if (kind === 'hash') return [key, 'hset', ...Object.entries(await redis.hgetall(key)).flat()];
      const members = await redis.zrange(key, '0', '-1', 'WITHSCORES');
      return [key, 'zadd', ...members.map((_, i) => at(members, i % 2 === 0 ? i + 1 : i - 1))];
    }),
  );
  return async () => {
    await remove(redis, await keysOf(redis));
    for (const [key, command, ...args] of writes) await redis.call(command ?? '', key ?? '', ...args);
  };
}

/** Whether Redis may be replaced by the copy of before so many questions: the log of a long window bears a short lag alone. */
export function hasCopy({ copiedMs, nowMs, settings: { windows } }: Model, asksAgo: number): boolean {
  const takenMs = copiedMs.at(-asksAgo);
  if (takenMs === undefined) return false;
  const longestLagMs = Math.max(...windows.filter((window) => !isLong(window)).map(({ perMs }) => perMs));
  return !windows.some(isLong) || nowMs - takenMs <= longestLagMs;
}

/** For how long it must be quiet, at most, until there is a slot. */
export function quietMs({ settings, longestPauseMs, nowMs, drawnOutMs }: Model): number {
  const { windows, maxInFlight, horizonMs } = settings;
  const windowMs = Math.max(...windows.map((window) => window.perMs * (isLong(window) ? 1 + 1 / 600 : 1) + marginMs));
  const flightMs = maxInFlight === undefined ? 0 : timeoutMs + 5_000 + marginMs;
  // The schedule and the logs are brought back to a clock that stepped back by more than they can be ahead of it.
  const isKept = maxInFlight !== undefined || longestPauseMs > 0;
  const keptMs = isKept ? drawnOutMs : Math.min(drawnOutMs, horizonMs + 2 * windowMs);
  // A slot of the slow start is followed by the next four times as late, though that be after it.
  const apartMs = windows.map((w) => (isLong(w) ? 0 : (w.perMs + marginMs) / Math.min(...w.calls)));
  const slowMs =
    longestPauseMs === 0 ? 0 : Math.max(0, longestPauseMs - nowMs) + slowStartMs + 4 * Math.max(...apartMs);
  return horizonMs + windowMs + slowMs + flightMs + keptMs;
}
