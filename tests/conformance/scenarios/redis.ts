import { callsBetween, fullBacklog, perSecond, type Check, type Scenario } from '../scenario.ts';

const calls = 50;
const limit = { windows: perSecond(calls) };
const pods = 4;

/** How long without Redis, before its return is awaited: horizon, window and reconnects are two seconds of it. */
const recoveryMs = 5_000;
const recovered = 0.9;

/** From Redis' return to the first second that is used to nine tenths. */
export function isBackAfter(returnedEpochMs: number): Check {
  return (observed) => {
    const seconds = observed.calls.filter(({ epochMs }) => epochMs >= returnedEpochMs);
    const first = seconds.find(({ epochMs }) => callsBetween(observed, epochMs, epochMs + 1_000) >= recovered * calls);
    const tookMs = first === undefined ? null : first.epochMs - returnedEpochMs;
    return {
      name: 'ms until 90 % of the rate after Redis returned',
      figure: tookMs === null ? null : Math.round(tookMs),
      bound: `≤ ${recoveryMs}`,
      ok: tookMs !== null && tookMs <= recoveryMs,
    };
  };
}

/** A second to be measured, after the time that it may take. */
const watchMs = recoveryMs + 1_500;

const restartedEmpty: Scenario = {
  name: 'redis-restarted-empty',
  limit,
  playMs: 30_000,
  shortPlayMs: 17_000,
  async play({ fleet, feed, redis, mark, wait }, playMs) {
    await fleet.start(pods);
    await feed.keep(fullBacklog(limit));
    const checks: Check[] = [];
    const startedMs = performance.now();
    await wait(2_000);
    while (performance.now() - startedMs < playMs - watchMs) {
      mark('Redis restarted empty');
      await redis.restartEmpty();
      checks.push(isBackAfter(mark('it is back')));
      await wait(watchMs);
      mark('Redis emptied');
      await redis.flush();
      await wait(watchMs);
    }
    return { checks };
  },
};

/** How much the copy lacks: no more than a horizon and a window, which is what a long window forgives a replica. */
const lagMs = 1_500;
const betweenMs = 6_000;

/** With a long window, whose log must make up for the calls that the copy lacks. */
const olderCopy: Scenario = {
  name: 'redis-older-copy',
  limit: {
    windows: [
      { calls: 20, perMs: 1_000 },
      { calls: 300, perMs: 20_000 },
    ],
  },
  playMs: 40_000,
  async play({ fleet, feed, redis, mark, wait }, playMs) {
    await fleet.start(pods);
    await feed.keep(fullBacklog(this.limit));
    const startedMs = performance.now();
    while (performance.now() - startedMs < playMs - lagMs - betweenMs) {
      await wait(betweenMs);
      await redis.copy();
      mark('copied');
      await wait(lagMs);
      await redis.restartFromCopy();
      mark('back, with the copy');
    }
    await wait(betweenMs);
    return {};
  },
};

const frozen: Scenario = {
  name: 'redis-frozen',
  limit,
  playMs: 22_000,
  shortPlayMs: 12_000,
  async play({ fleet, feed, redis, mark, wait }, playMs) {
    await fleet.start(pods);
    await feed.keep(fullBacklog(limit));
    const checks: Check[] = [];
    const startedMs = performance.now();
    do {
      await wait(2_000);
      mark('SIGSTOP');
      redis.freeze();
      await wait(3_000);
      redis.thaw();
      checks.push(isBackAfter(mark('SIGCONT')));
      await wait(watchMs);
    } while (performance.now() - startedMs < playMs - watchMs);
    return { checks };
  },
};

const cutFromSome: Scenario = {
  name: 'redis-cut-from-some-pods',
  disturbsNetwork: true,
  limit,
  playMs: 30_000,
  async play({ fleet, feed, mark, wait }, playMs) {
    const [first, second] = await fleet.start(pods);
    if (first === undefined || second === undefined) throw new Error('There are no pods to cut off');
    await feed.keep(fullBacklog(limit));
    await wait(playMs * 0.1);
    mark('two pods cut off');
    first.link.cut();
    second.link.cut();
    await wait(playMs * 0.3);
    first.link.mend();
    second.link.mend();
    mark('mended');
    await wait(playMs * 0.2);
    mark('a pod frozen off');
    first.link.freeze();
    await wait(3_000);
    first.link.mend();
    const mended = mark('mended');
    await wait(playMs * 0.4 - 3_000);
    return { checks: [isBackAfter(mended)] };
  },
};

/** Every so often one pod's requests reach Redis and their replies are lost. */
const lossEveryMs = 2_000;
const lossMs = 250;

/** Round trips take 10 to 120 ms; a margin that most of them exceed would give up most slots. */
const slowLimit = { ...limit, more: { margin: '100ms' } };

/** Some pods without a reply, and replies that come late: the rest must still be worth having. */
const leastPart = 0.5;

function goesOnFrom(fromEpochMs: number, playMs: number): Check {
  return (observed) => {
    const figure = callsBetween(observed, fromEpochMs, fromEpochMs + playMs);
    const least = (leastPart * calls * playMs) / 1_000;
    return { name: 'calls meanwhile', figure, bound: `≥ ${least}`, ok: figure >= least };
  };
}

const slow: Scenario = {
  name: 'redis-slow',
  disturbsNetwork: true,
  limit: slowLimit,
  playMs: 30_000,
  async play({ fleet, feed, mark, wait }, playMs) {
    const started = await fleet.start(pods);
    await feed.keep(fullBacklog(limit));
    const slowedEpochMs = mark('5 to 60 ms each way');
    for (const { link } of started) link.delay(5, 60);
    const startedMs = performance.now();
    for (let round = 0; performance.now() - startedMs < playMs; round++) {
      await wait(lossEveryMs - lossMs);
      const link = started[round % started.length]?.link;
      mark('replies lost');
      link?.loseReplies();
      await wait(lossMs);
      link?.mend();
    }
    return { checks: [goesOnFrom(slowedEpochMs, playMs)] };
  },
};

export const redisScenarios: readonly Scenario[] = [restartedEmpty, olderCopy, frozen, cutFromSome, slow];
