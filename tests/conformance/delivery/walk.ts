import type { FaultOrder } from '../queue-double/faults.ts';
import { between, freezePod, hurt, killPod, killReceiver, oneOf, stopPod } from './disturbances.ts';
import { playRow } from './play-row.ts';
import type { RowRun } from './report.ts';
import { edges, type Row, type Size } from './row.ts';
import type { World } from './world.ts';

/** Small, so that many schedules can be tried; what one does not find the next may. */
const size: Size = { events: 1_500, injections: 15 };

/** What a random schedule may do to SQS for a while; each strikes a few requests of a hundred. */
const queueFaults: readonly FaultOrder[] = [
  { action: 'SendMessageBatch', fault: 'partialExecuted', probability: 0.1 },
  { action: 'SendMessageBatch', fault: 'resetExecuted', probability: 0.1 },
  { action: 'SendMessageBatch', fault: 'duplicate', probability: 0.1 },
  { action: 'SendMessageBatch', fault: 'late', ms: 1_000, probability: 0.1 },
  { action: 'ReceiveMessage', fault: 'twice', probability: 0.2 },
  { action: 'ReceiveMessage', fault: 'shuffle', probability: 0.3 },
  { action: 'ReceiveMessage', fault: 'early', ms: 100, probability: 0.2 },
  { action: 'ReceiveMessage', fault: 'redeliverDeleted', probability: 0.2 },
  { action: 'ReceiveMessage', fault: 'resetExecuted', probability: 0.1 },
  { action: 'DeleteMessageBatch', fault: 'resetExecuted', probability: 0.2 },
  { action: 'DeleteMessageBatch', fault: 'partial', probability: 0.3 },
  { action: 'ChangeMessageVisibilityBatch', fault: 'partialExecuted', probability: 0.3 },
  { action: 'ChangeMessageVisibilityBatch', fault: 'error500', probability: 0.3 },
  { action: '*', fault: 'error500', probability: 0.1 },
  { action: '*', fault: 'throttle', probability: 0.1 },
];

const targetFaults = [
  { fault: 'resetAfter', times: 5 },
  { fault: 'resetBefore', times: 5 },
  { fault: 'hang', commit: true, times: 2 },
  { fault: 'status', status: 429, retryAfter: 1, times: 2 },
  { fault: 'status', status: 503, times: 8 },
  { fault: 'status', status: 502, commit: true, times: 8 },
  { fault: 'latency', ms: 900, times: 10 },
  { fault: 'brokenJson', commit: true, times: 5 },
  { fault: 'errors', code: 'INTERNAL_SERVER_ERROR', times: 5 },
  { fault: 'slowBody', ms: 900, times: 3 },
] as const;

/** A step, and what it lays hands on: of two at a time, each has its own. */
interface Step {
  readonly on: 'pods' | 'receiver' | 'network' | 'redis' | 'queue' | 'target';
  readonly take: (world: World) => Promise<void>;
}

const steps: readonly Step[] = [
  { on: 'pods', take: killPod },
  { on: 'pods', take: stopPod },
  { on: 'pods', take: (world) => freezePod(world, between(world, 100, 3_000)) },
  { on: 'receiver', take: killReceiver },
  { on: 'network', take: (world) => hurt(world, oneOf(world, edges), 'cut', between(world, 50, 800)) },
  { on: 'network', take: (world) => hurt(world, oneOf(world, edges), 'freeze', between(world, 50, 800)) },
  { on: 'network', take: (world) => hurt(world, oneOf(world, edges), 'loseReplies', between(world, 50, 500)) },
  { on: 'redis', take: ({ redis }) => redis.flush() },
  { on: 'redis', take: ({ redis }) => redis.restartEmpty() },
  {
    on: 'queue',
    async take(world) {
      await world.queue.order([oneOf(world, queueFaults), oneOf(world, queueFaults)]);
      await world.wait(between(world, 300, 1_500));
      await world.queue.order([]);
    },
  },
  { on: 'target', take: (world) => world.target.order(oneOf(world, targetFaults)) },
];

/** What a target without keys cannot be promised anything in: an older Redis forgets what was delivered. */
const olderRedis: Step = {
  on: 'redis',
  async take(world) {
    await world.redis.copy();
    await world.wait(between(world, 50, 500));
    await world.redis.restartFromCopy();
  },
};

/** A schedule of faults that chance chose; the same for the same seed. */
function walkOf(keyless: boolean): Row {
  const all = keyless ? steps : [...steps, olderRedis];
  return {
    number: 0,
    name: keyless ? 'random-walk-keyless' : 'random-walk',
    fault: 'any of all faults, one after another and two at a time',
    whole: size,
    short: size,
    setup: {
      limit: { calls: 20, perMs: 100, more: { horizon: '100ms', margin: '15ms' } },
      pods: 3,
      edges,
      retry: { attempts: 50, backoff: { first: '100ms', max: '1s' } },
      ...(keyless ? { honoursKeys: false, inDoubt: 'deadLetter' } : {}),
      edits: [
        // A hold of 60 s, 1:20: pods that are killed leave nothing waiting for long.
        {
          file: 'apps/dispatcher/timing.ts',
          find: 'export const spareMs = 5_000;',
          replace: 'export const spareMs = 300;',
        },
      ],
    },
    async disturb(world) {
      await world.wait(between(world, 50, 500));
      const first = oneOf(world, all);
      const others =
        world.random() < 0.3
          ? [
              oneOf(
                world,
                all.filter(({ on }) => on !== first.on),
              ),
            ]
          : [];
      await Promise.all([first, ...others].map(({ take }) => take(world)));
    },
    mayDie: (_id, letterClass) => keyless && letterClass === 'in_doubt',
  };
}

/** Every other seed plays at a target without keys. */
export function playWalk(seed: number, signal: AbortSignal): Promise<RowRun> {
  return playRow(walkOf(seed % 2 === 0), { size, seed, signal });
}

export const walkRow = (seed: number): Row => walkOf(seed % 2 === 0);
