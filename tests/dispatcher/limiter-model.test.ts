import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { createPause } from '../../apps/dispatcher/pause.ts';
import { pauseKey } from '../../apps/shared/state-keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { names } from './clock.ts';
import * as m from './limiter-model.ts';

type Command = fc.AsyncCommand<m.Model, m.Real>;

function command(
  text: string,
  run: (model: m.Model, real: m.Real) => Promise<unknown>,
  check: (model: m.Model) => boolean = () => true,
): Command {
  return {
    check,
    async run(model, real) {
      await run(model, real);
    },
    toString: () => text,
  };
}

async function pass(model: m.Model, real: m.Real, ms: number): Promise<void> {
  // Redis' time is told in whole milliseconds, so that no sum is off by a fraction of a microsecond.
  await real.time.pass(Math.ceil(ms));
  model.nowMs = real.time.now();
}

/** What is not kept through a loss, whether of data or of time: calls in flight, and a pause. */
function forget(model: m.Model): void {
  for (const call of model.calls) call.lost = true;
  model.pausedUntilMs = 0;
}

/** What a pod takes for no step of Redis' clock: the clocks' resolution, and their drift since it asked last. */
const unseenStepMs = 2;
const driftMsPerMs = 0.001;

/**
 * Whether this pod may be the first to ask after what happened. A step ahead of Redis' clock is seen only by a pod that knows
 * the time before it, and an older copy only by one that knows the Redis before it; one that was born since sees neither.
 */
function isSeenBy({ aheadMs, askedAheadMs, isReplaced, nowMs, pods }: m.Model, pod: number): boolean {
  const { askedMs, aheadMs: knownMs } = m.at(pods, pod);
  if (knownMs === undefined) return aheadMs <= askedAheadMs && !isReplaced;
  return aheadMs <= askedAheadMs || aheadMs - knownMs > unseenStepMs + driftMsPerMs * (nowMs - askedMs);
}

const few = fc.integer({ min: 1, max: 3 });
const calls = fc.oneof(few, fc.integer({ min: 1, max: 20 }));
const pods = fc.nat({ max: m.podCount - 1 });
const lateness = fc.array(fc.oneof(fc.constantFrom(0, m.marginMs), fc.nat({ max: m.marginMs })), {
  minLength: 1,
  maxLength: 7,
});

const asks = fc.tuple(pods, calls, lateness).map(([pod, count, latenessMs]) =>
  command(
    `pod ${pod} asks for ${count}, uses them ${latenessMs.join(', ')} ms late`,
    (model, real) => m.ask(model, real, pod, count, latenessMs),
    (model) => isSeenBy(model, pod),
  ),
);
const passes = fc
  .oneof(
    { arbitrary: fc.nat({ max: 300 }), weight: 3 },
    { arbitrary: fc.nat({ max: 3_000 }), weight: 4 },
    { arbitrary: fc.integer({ min: 3_001, max: 60_000 }), weight: 1 },
  )
  .map((ms) => command(`${ms} ms pass`, (model, real) => pass(model, real, ms)));
const waits = fc
  .oneof(fc.constant(0), fc.nat({ max: 60 }))
  .map((lessMs) =>
    command(`the wait of the last reply passes${lessMs === 0 ? '' : `, less ${lessMs} ms`}`, (model, real) =>
      pass(model, real, Math.max(0, model.toldMs - lessMs)),
    ),
  );
const steps = fc.constantFrom(-100, -2_000, -3_600_000, 300, 450, 20_000, 3_600_000).map((ms) =>
  command(`Redis' clock steps ${ms < 0 ? 'back' : 'ahead'} ${Math.abs(ms) / 1_000} s`, async (model, real) => {
    await real.time.step(ms);
    model.aheadMs += ms;
    if (ms > 0) forget(model);
    else model.drawnOutMs -= ms;
  }),
);
const losses = fc.constant(0).map(() =>
  command('Redis loses everything', async (model, real) => {
    await m.lose(real);
    forget(model);
  }),
);
const replacements = fc.integer({ min: 1, max: 4 }).map((asksAgo) =>
  command(
    `Redis is replaced by its copy of ${asksAgo} questions ago`,
    async (model, real) => {
      await real.copies?.at(-asksAgo)?.();
      real.server++;
      model.isReplaced = true;
      forget(model);
    },
    (model) => m.hasCopy(model, asksAgo),
  ),
);
const pauses = fc.tuple(fc.integer({ min: 1, max: 8_000 }), fc.boolean()).map(([ms, isThrottled]) =>
  command(`a pause of ${ms} ms is ordered`, async (model, { time, redis }) => {
    const pause = createPause(time.scripts.pause, names, { now: time.now, random: () => 0, onLonger: () => undefined });
    await pause.begin(ms, isThrottled ? 'throttled' : 'unauthorised');
    // Told time is not what keys expire by.
    await redis.persist(pauseKey(names.instance, names.target));
    model.pausedUntilMs = Math.max(model.pausedUntilMs, model.nowMs + ms);
    model.longestPauseMs = Math.max(model.longestPauseMs, model.pausedUntilMs);
  }),
);
const ends = fc
  .tuple(pods, fc.constantFrom('are done', 'failed', 'are in doubt'), fc.integer({ min: 1, max: 4 }))
  .map(([pod, how, count]) =>
    command(`${count} calls of pod ${pod} ${how}`, async (model, { time }) => {
      const over = model.calls.filter((call) => call.pod === pod && !call.ended && call.usedUs / 1_000 <= model.nowMs);
      for (const call of over.slice(0, count)) {
        if (how === 'are done') await time.ledger.complete(call.held);
        else await time.ledger.release(call.held, 'failed', { mayRun: how === 'are in doubt' });
        if (how === 'are in doubt') call.pod = undefined;
        else call.ended = true;
      }
    }),
  );
const deaths = fc.tuple(pods, fc.constantFrom<0 | 1>(0, 1)).map(([pod, limit]) =>
  command(`pod ${pod} dies, a new one has ${limit === 0 ? 'the old limit' : 'the new limit'}`, (model, real) => {
    for (const call of model.calls) if (call.pod === pod) call.pod = undefined;
    real.pods[pod] = real.time.pod(real.paces[limit], () => `redis ${real.server}`);
    model.pods[pod] = m.newView(limit);
    return Promise.resolve();
  }),
);

const same = calls.map((count): [number, number] => [count, count]);
const both = fc.oneof(same, fc.tuple(calls, calls));
const settings: fc.Arbitrary<m.Settings> = fc.record({
  windows: fc.oneof(
    fc.tuple(both).map(([a]) => [{ perMs: 1_000, calls: a }]),
    fc.tuple(both, both).map(([a, b]) => [
      { perMs: 500, calls: a },
      { perMs: 3_000, calls: b },
    ]),
    fc.tuple(same, both).map(([a, b]) => [
      { perMs: 1_000, calls: a },
      { perMs: 12_000, calls: b },
    ]),
  ),
  maxInFlight: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 2 }),
  opened: fc.constantFrom(true, true, true, false),
  horizonMs: fc.constantFrom(1_000, 1_000, 1_000, 300, 3_000),
});

async function completeAll(model: m.Model, { time }: m.Real): Promise<void> {
  for (const call of model.calls) {
    if (call.pod === undefined || call.ended) continue;
    await time.ledger.complete(call.held);
    call.ended = true;
  }
}

/** Nothing goes wrong any more, and one pod is left, or one that is new: by when must it have a slot? */
async function mustOpen(model: m.Model, real: m.Real, last: number): Promise<void> {
  if (last === m.podCount) {
    real.pods.push(real.time.pod(real.paces[1], () => `redis ${real.server}`));
    model.pods.push(m.newView(1));
  }
  if (!isSeenBy(model, last)) return;
  await m.ask(model, real, last, 1, [0]);
  await pass(model, real, m.quietMs(model));
  await completeAll(model, real);
  if ((await m.ask(model, real, last, 1, [0])) === 0)
    throw new Error(`Pod ${last} gets no slot, however long it is quiet`);
}

const usual = [asks, asks, asks, asks, passes, passes, waits, waits, waits];
const faults = [[steps], [losses], [replacements], [pauses], [ends], [deaths]];

const runs = Number(process.env['EGW_MODEL_RUNS'] ?? (process.env['EGW_TEST_REDIS'] === 'real' ? 300 : 20));

describe('the limiter, whatever happens', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it('keeps every window, and opens again', async () => {
    // Few kinds of faults in one run find more than all of them do, as one closes what another would break.
    const run = fc
      .subarray(faults, { maxLength: 3 })
      .chain((some) =>
        fc.tuple(
          settings,
          fc.commands([...usual, ...some.flat()], { maxCommands: 40, size: 'max' }),
          fc.constant(some.some(([kind]) => kind === replacements)),
          fc.nat({ max: m.podCount }),
        ),
      );
    const property = fc.asyncProperty(run, async ([drawn, commands, isCopied, last]) => {
      const { model, real } = await m.setUp(drawn, redis.redis, isCopied);
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await mustOpen(model, real, last);
    });
    await fc.assert(property, { numRuns: runs });
  }, 1_000_000);

  it('leaves no slot out while one pod asks all the time', async () => {
    const steady = settings.map((drawn) => ({ ...drawn, opened: true, maxInFlight: undefined }));
    const passesMs = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 30 });
    const property = fc.asyncProperty(steady, passesMs, async (drawn, all) => {
      const { model, real } = await m.setUp(drawn, redis.redis, false);
      const { short, long, horizonMs } = m.at(real.paces, 0);
      for (const ms of all) {
        while ((await m.ask(model, real, 0, 20, [0])) > 0);
        await pass(model, real, long.length > 0 ? model.toldMs : Math.min(ms, horizonMs));
      }
      const apartUs = Math.max(...short.map(({ calls, closingMs }) => Math.ceil((closingMs * 1_000) / calls) + 1));
      for (const [i, { dueMs }] of model.calls.entries()) {
        const isNext = i === 0 || dueMs - m.at(model.calls, i - 1).dueMs < apartUs / 1_000 + 0.002;
        // A bucket counts as a whole, and is asked for again in whole milliseconds.
        const isFirstFree = ({ calls, closingMs, bucketMs }: (typeof long)[number]) =>
          i >= calls && dueMs - m.at(model.calls, i - calls).dueMs <= closingMs + bucketMs + 1;
        if (!isNext && !long.some(isFirstFree)) throw new Error(`A slot is left out before the one at ${dueMs}`);
      }
    });
    await fc.assert(property, { numRuns: Math.ceil(runs / 5) });
  }, 1_000_000);
});
