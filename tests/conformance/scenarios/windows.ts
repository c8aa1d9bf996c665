import { callsBetween, fullBacklog, perSecond, type Check, type Scenario } from '../scenario.ts';
import { replaceOldest } from './pods.ts';

const twoWindows: Scenario = {
  name: 'two-windows',
  limit: {
    windows: [
      { calls: 20, perMs: 1_000 },
      { calls: 150, perMs: 12_000 },
    ],
  },
  playMs: 40_000,
  async play({ fleet, feed, wait }, playMs) {
    await fleet.start(3);
    await feed.keep(fullBacklog(this.limit));
    await wait(playMs);
    return {};
  },
};

const slower = { windows: perSecond(20) };
const faster = { windows: perSecond(40) };

/** A rolling update: new pods come before old ones go, so both limits are in use for a while. */
const limitChanged: Scenario = {
  name: 'limit-changed',
  limit: slower,
  judgedBy: faster.windows,
  playMs: 30_000,
  async play({ fleet, feed, mark, wait }, playMs) {
    const roll = async () => {
      for (const old of [...fleet.pods]) {
        await fleet.start(1);
        await fleet.stop(old);
      }
    };
    await fleet.start(3);
    await feed.keep(fullBacklog(faster));
    await wait(playMs / 3);
    mark('to 40/s');
    await fleet.configure(faster);
    await roll();
    await wait(playMs / 3);
    mark('back to 20/s');
    await fleet.configure(slower);
    await roll();
    await wait(playMs / 3);
    return {};
  },
};

const maxInFlight = 8;

const fewInFlight: Check = ({ calls }) => {
  const changes = calls.flatMap((call) => [
    { atMs: call.epochMs, by: 1 },
    { atMs: call.answeredEpochMs, by: -1 },
  ]);
  // Where one ends as another begins, the end comes first.
  changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return { name: 'calls in flight', figure: most, bound: `≤ ${maxInFlight}`, ok: most <= maxInFlight };
};

const latencyMs = 400;
const timeoutMs = 3_000;

/** What killed pods had in flight counts until the target must have ended it: timeout and 5 s, and a margin. */
const countedMs = 10_000;
const watchedMs = 4_000;

/** All places in use make 20 calls a second; with what a pod keeps while its slot comes nearer, half of that is good. */
const leastAfter = (0.5 * maxInFlight * watchedMs) / latencyMs;

function goesOnAfter(killedEpochMs: number): Check {
  return (observed) => {
    const fromMs = killedEpochMs + countedMs;
    const made = callsBetween(observed, fromMs, fromMs + watchedMs);
    const name = 'calls in 4 s, 10 s after the last kill';
    return { name, figure: made, bound: `≥ ${leastAfter}`, ok: made >= leastAfter };
  };
}

const maxInFlightKept: Scenario = {
  name: 'max-in-flight',
  limit: { windows: perSecond(50), more: { maxInFlight } },
  latencyMs,
  timeoutMs,
  playMs: 40_000,
  async play(world, playMs) {
    const { fleet, feed, mark, wait } = world;
    await fleet.start(3);
    await feed.keep(fullBacklog(this.limit));
    const kills = 4;
    for (let kill = 0; kill < kills; kill++) {
      await wait((playMs - countedMs - watchedMs) / kills);
      await replaceOldest(world);
    }
    // All at once, or what was in flight may have been that of a pod that lives.
    mark('SIGKILL of all');
    await Promise.all(fleet.pods.map((pod) => fleet.kill(pod)));
    const last = Date.now();
    await fleet.start(3);
    await wait(countedMs + watchedMs);
    return { checks: [fewInFlight, goesOnAfter(last)] };
  },
};

export const windowScenarios: readonly Scenario[] = [twoWindows, limitChanged, maxInFlightKept];
