import type { FaultOrder } from '../queue-double/faults.ts';
import { between, freezePod, hurt, killPod, killReceiver, oneOf, stopPod } from './disturbances.ts';
import { playRow } from './play-row.ts';
import type { RowRun } from './report.ts';
import { edges, keyless, type Edge, type Row, type Size } from './row.ts';
import type { World } from './world.ts';

/** Small, so that many schedules can be tried; what one does not find the next may. */
const size: Size = { events: 1_500, injections: 15 };

/** What a random schedule may do to SQS for a while; each strikes a few requests of a hundred. */
const queueFaults: readonly FaultOrder[] = [
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

/** By these an event stands on the queue as two messages. */
const doublingFaults: readonly FaultOrder[] = [
  { action: 'SendMessageBatch', fault: 'partialExecuted', probability: 0.1 },
  { action: 'SendMessageBatch', fault: 'resetExecuted', probability: 0.1 },
  { action: 'SendMessageBatch', fault: 'duplicate', probability: 0.1 },
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
  readonly name: string;
  readonly on: 'pods' | 'receiver' | 'network' | 'redis' | 'queue' | 'target';
  readonly take: (world: World) => Promise<void>;
}

function hurting(how: 'cut' | 'freeze' | 'loseReplies', among: readonly Edge[]): Step {
  return {
    name: `network: ${how}`,
    on: 'network',
    take: (world) => hurt(world, oneOf(world, among), how, between(world, 50, 800)),
  };
}

function failing(name: string, faults: readonly FaultOrder[]): Step {
  return {
    name,
    on: 'queue',
    async take(world) {
      await world.queue.order([oneOf(world, faults), oneOf(world, faults)]);
      await world.wait(between(world, 300, 1_500));
      await world.queue.order([]);
    },
  };
}

const steps: readonly Step[] = [
  { name: 'kill a pod', on: 'pods', take: killPod },
  { name: 'stop a pod', on: 'pods', take: stopPod },
  { name: 'freeze a pod', on: 'pods', take: (world) => freezePod(world, between(world, 100, 3_000)) },
  ...(['cut', 'freeze', 'loseReplies'] as const).map((how) => hurting(how, ['dispatcher-queue', 'redis', 'target'])),
  failing('faults of SQS', queueFaults),
  { name: 'faults of the target', on: 'target', take: (world) => world.target.order(oneOf(world, targetFaults)) },
];

/** After these a sender sends an event again that is on the queue already. */
const sentAgain: readonly Step[] = [
  { name: 'kill the receiver', on: 'receiver', take: killReceiver },
  ...(['cut', 'freeze', 'loseReplies'] as const).map((how) => hurting(how, ['receiver-queue'])),
  failing('faults of SQS at sending', doublingFaults),
];

const redisLost: readonly Step[] = [
  { name: 'flush Redis', on: 'redis', take: ({ redis }) => redis.flush() },
  { name: 'lose Redis', on: 'redis', take: ({ redis }) => redis.restartEmpty() },
];

const redisOlder: Step = {
  name: 'an older copy of Redis',
  on: 'redis',
  async take(world) {
    await world.redis.copy();
    await world.wait(between(world, 50, 500));
    await world.redis.restartFromCopy();
  },
};

/**
 * What may befall a target that honours the key: everything. One that knows none is promised nothing where Redis has forgotten
 * that an event was delivered and its sender sends it again, or where Redis comes back with an older copy.
 */
const walks = [
  { name: 'random-walk', isKeyless: false, steps: [...steps, ...sentAgain, ...redisLost, redisOlder] },
  { name: 'random-walk-keyless-sent-again', isKeyless: true, steps: [...steps, ...sentAgain] },
  { name: 'random-walk-keyless-redis-lost', isKeyless: true, steps: [...steps, ...redisLost] },
] as const;

/** A schedule of faults that chance chose; the same for the same seed. */
export function walkRow(seed: number): Row {
  const { name, isKeyless, steps: all } = walks[seed % walks.length] ?? walks[0];
  return {
    number: 0,
    name,
    fault: 'any of all faults, one after another and two at a time',
    whole: size,
    short: size,
    setup: {
      limit: { calls: 20, perMs: 100, more: { horizon: '100ms', margin: '15ms' } },
      pods: 3,
      edges,
      retry: { attempts: 50, backoff: { first: '100ms', max: '1s' } },
      ...(isKeyless ? keyless.setup : {}),
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
      const elsewhere = all.filter(({ on }) => on !== first.on);
      const taken = world.random() < 0.3 ? [first, oneOf(world, elsewhere)] : [first];
      world.steps.push(taken.map((step) => step.name).join(' and '));
      await Promise.all(taken.map(({ take }) => take(world)));
    },
    mayDie: (id, letterClass) => isKeyless && keyless.mayDie(id, letterClass),
  };
}

/** Of three seeds one plays at a target that honours the key. */
export function playWalk(seed: number, signal: AbortSignal): Promise<RowRun> {
  return playRow(walkRow(seed), { size, seed, signal });
}
