import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { wait } from '../../apps/shared/wait.ts';
import { canCapture, startCapture, type Capture } from '../conformance/capture.ts';
import { check, type Known, type Tally } from '../conformance/delivery/check.ts';
import { idOf, isIntact } from '../conformance/delivery/events.ts';
import { produce } from '../conformance/delivery/producer.ts';
import { judge, type Judgement } from '../conformance/judge.ts';
import { observeByKernel, observeByTarget, type Observed } from '../conformance/observed.ts';
import { eventually } from './kubernetes.ts';
import { latencyMs, targetNames, type Depth, type TargetName } from './neighbours.ts';
import type { Limits } from './release.ts';
import type { Count } from './watch-fleet.ts';
import type { World } from './world.ts';

export interface Plan {
  /** By which the ids of its events begin. */
  readonly name: string;
  readonly events: number;
  /** When each batch of a hundred is sent, in ms from the start. */
  readonly dueMs: (batch: number) => number;
  /** Calls a second that targets are held to, where it is installed at all. */
  readonly limits: Limits;
  /** What is done while events are on their way; it is over before the queue is drained. */
  readonly disturb?: (load: Load) => Promise<void>;
  readonly drainWithinMs?: number;
}

/** How far it is. */
export interface Load {
  /** Resolves when so many events took effect at the target. */
  readonly delivered: (target: TargetName, events: number) => Promise<void>;
}

/** What one target saw, and the queue before it. */
export interface TargetOutcome {
  readonly tally: Tally;
  readonly harmed: number;
  readonly judgement: Judgement;
  /** Arrivals of calls, in ms of the wall clock. */
  readonly arrivalsMs: readonly number[];
  /** Why calls are no evidence, where they are none. */
  readonly faults: readonly string[];
  readonly clock: Observed['clock'];
  readonly depths: readonly Count[];
}

export interface Outcome {
  readonly startedEpochMs: number;
  readonly endedEpochMs: number;
  readonly targets: ReadonlyMap<TargetName, TargetOutcome>;
  /** Events sent again, as no answer or a refusal for now came. */
  readonly resends: number;
}

/** So many events a second, in batches of a hundred: the receiver takes no more in a request. */
export function perSecond(events: number): Plan['dueMs'] {
  return (batch) => (batch * 100_000) / events;
}

/** A receiver that is gone, with its queue, for half a minute is asked again for that long. */
const maxTries = 60;

/** All scenarios are paced to end within a minute and a half; what is left then must be done soon. */
const usualDrainMs = 150_000;

const sampleEveryMs = 500;

/** Sends events through the gateway, disturbs it meanwhile, waits until the queue is empty, and collects what happened. */
export async function underLoad(world: World, plan: Plan): Promise<Outcome> {
  const { neighbours, signal } = world;
  const names = targetNames.filter((name) => plan.limits[name] !== undefined);
  await neighbours.clear();
  const captures = await startCaptures(world, names);
  const prefix = `${plan.name}-${randomUUID().slice(0, 6)}`;
  const ids = Array.from({ length: plan.events }, (_, i) => idOf(prefix, i + 1));
  const startedEpochMs = Date.now();
  const sampling = startSampling(world, names);
  try {
    const { sent, resends } = await produceAndDisturb(world, plan, ids);
    await drain(world, names, plan.drainWithinMs ?? usualDrainMs);
    const endedEpochMs = Date.now();
    const depths = await sampling.stop();
    const targets = new Map<TargetName, TargetOutcome>();
    for (const name of names) {
      const outcome = await collect(world, name, plan, sent, captures.get(name));
      targets.set(name, { ...outcome, depths: depths.get(name) ?? [] });
    }
    return { startedEpochMs, endedEpochMs, targets, resends };
  } finally {
    await sampling.stop();
    for (const capture of captures.values()) await capture.stop().catch(() => undefined);
    signal.throwIfAborted();
  }
}

async function produceAndDisturb(
  world: World,
  plan: Plan,
  ids: readonly string[],
): Promise<{ readonly sent: ReadonlyMap<string, Known>; readonly resends: number }> {
  const { neighbours, signal } = world;
  const startedMs = performance.now();
  let batches = 0;
  const mayGoOn = async () => {
    const dueMs = startedMs + plan.dueMs(batches++);
    await wait(Math.max(0, dueMs - performance.now()), signal);
  };
  const receiverUrl = await world.receiverUrl();
  const options = { receiverUrl, headers: {}, ids, maxTries, mayGoOn, firstSent: () => undefined, signal };
  const produced = produce(options);
  const delivered = async (target: TargetName, events: number) => {
    const look = async () => (await neighbours.targets[target].delivered()) >= events;
    await eventually(`${events} events at ${target}`, usualDrainMs, look, signal);
  };
  const [result] = await Promise.all([produced, plan.disturb?.({ delivered })]);
  return result;
}

const sum = ({ visible, inFlight, delayed }: Depth) => visible + inFlight + delayed;

/** Two looks, as SQS' figures are of different moments. */
async function drain({ neighbours, signal }: World, names: readonly TargetName[], withinMs: number): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  let emptyLooks = 0;
  while (emptyLooks < 2 && performance.now() < deadlineMs) {
    const depths = await Promise.all(names.map((name) => neighbours.depth(name).catch(() => undefined)));
    emptyLooks = depths.every((depth) => depth !== undefined && sum(depth) === 0) ? emptyLooks + 1 : 0;
    await sleep(sampleEveryMs, undefined, { signal });
  }
}

function startSampling(
  { neighbours, signal }: World,
  names: readonly TargetName[],
): { readonly stop: () => Promise<ReadonlyMap<TargetName, readonly Count[]>> } {
  const stopped = new AbortController();
  const until = AbortSignal.any([signal, stopped.signal]);
  const depths = new Map<TargetName, Count[]>(names.map((name) => [name, []]));
  const sample = async () => {
    while (!until.aborted) {
      for (const name of names) {
        // A queue that is frozen or cut off says nothing, and nothing is known of that moment.
        const depth = await neighbours.depth(name).catch(() => undefined);
        if (depth !== undefined) depths.get(name)?.push({ epochMs: Date.now(), count: sum(depth) });
      }
      await wait(sampleEveryMs, until);
    }
  };
  const sampling = sample();
  return {
    async stop() {
      stopped.abort();
      await sampling;
      return depths;
    },
  };
}

/** On the machine that is the node, the kernel tells arrivals; elsewhere the target does. */
async function startCaptures(world: World, names: readonly TargetName[]): Promise<ReadonlyMap<TargetName, Capture>> {
  const captures = new Map<TargetName, Capture>();
  if (!(await canCapture())) return captures;
  const { died, signal } = world;
  for (const name of names) {
    const [inNetworkOf] = (await world.processesOfNeighbour(name)).pids;
    if (inNetworkOf === undefined) return captures;
    captures.set(name, await startCapture({ port: 4000, link: 'eth0', inNetworkOf, died, signal }));
  }
  return captures;
}

const letterSchema = z.object({ id: z.string() });

async function collect(
  { neighbours }: World,
  name: TargetName,
  { limits }: Plan,
  sent: ReadonlyMap<string, Known>,
  capture: Capture | undefined,
): Promise<Omit<TargetOutcome, 'depths'>> {
  const captured = await capture?.stop();
  const target = neighbours.targets[name];
  const [record, effects, letters, depth] = await Promise.all([
    target.record(),
    target.effects(),
    neighbours.takeLetters(name),
    neighbours.depth(name),
  ]);
  const observed =
    captured === undefined ? observeByTarget(record, [], latencyMs) : observeByKernel(captured, record, latencyMs);
  const arrivalsMs = observed.calls.map(({ epochMs }) => epochMs);
  const originMs = arrivalsMs[0] ?? 0;
  const tally = check({
    sent,
    commits: effects.map(({ id }) => id),
    calls: record.flatMap(({ id }) => (id === null ? [] : [id])),
    deadLetters: letters.map(({ Body, MessageAttributes }) => ({
      id: letterSchema.parse(JSON.parse(Body ?? '')).id,
      class: MessageAttributes?.['class']?.StringValue ?? 'none',
    })),
    left: Array.from({ length: sum(depth) }, (_, i) => `unseen-${i}`),
  });
  return {
    tally,
    harmed: effects.filter(({ id, input }) => !isIntact(id, input)).length,
    judgement: judge(
      arrivalsMs.map((ms) => ms - originMs),
      [{ calls: limits[name] ?? 0, perMs: 1_000 }],
    ),
    arrivalsMs,
    faults: observed.faults,
    clock: observed.clock,
  };
}
