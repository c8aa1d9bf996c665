import { wait } from '../../../apps/shared/wait.ts';
import { atLeast, atMost, ours, type Bound } from '../proof.ts';
import { withEdits, type Edit } from '../tree.ts';
import type { Known } from './check.ts';
import { collect, type Evidence } from './evidence.ts';
import { idOf } from './events.ts';
import { produce } from './producer.ts';
import type { RowRun } from './report.ts';
import { eventPrefix, poisonKinds, standardSetup, type Row, type Setup, type Size } from './row.ts';
import { depthOfQueue, queueName } from './stage.ts';
import { openWorld, type World, type WorldOptions } from './world.ts';

export interface PlayOptions {
  readonly size: Size;
  readonly seed: number;
  /** Guards that are taken out. */
  readonly edits?: readonly Edit[];
  readonly signal: AbortSignal;
}

/** Ten minutes see through the largest row on a machine that is half as fast. */
const playWithinMs = 600_000;

/** A lease that a killed pod left behind ends in a quarter of a minute; waits of retries and probes come on top. */
const drainWithinMs = 150_000;

/** The largest row has a backlog of some seconds left when everything is sent. */
const drainFaultyWithinMs = 60_000;

/** A hundred events, one request, are sent in less at no limit of the matrix. */
const lookEveryMs = 100;

/** A producer whose gateway is killed again and again goes on for minutes. */
const maxTries = 200;

/** A system under test: how it is set up, how events come to it, and what it keeps of them. */
export interface System {
  readonly name: string;
  readonly open: (options: WorldOptions) => Promise<World>;
  /** Sends the events of these ids; what is known of each at the end. */
  readonly send: (world: World, ids: readonly string[], mayGoOn: () => Promise<void>) => Promise<Sent>;
  /** Events that are neither settled nor given up. */
  readonly depth: (world: World) => Promise<number>;
  readonly collect: typeof collect;
}

type Sent = ReadonlyMap<string, Known>;

const gateway: System = {
  name: ours,
  open: openWorld,
  async send({ receiver, sentEpochMs, signal }, ids, mayGoOn) {
    const firstSent = (id: string) => void sentEpochMs.set(id, Date.now());
    return (await produce({ receiverUrl: receiver.url, headers: {}, ids, maxTries, mayGoOn, firstSent, signal })).sent;
  },
  depth: depthOfQueue,
  collect,
};

export async function playRow(row: Row, options: PlayOptions, system: System = gateway): Promise<RowRun> {
  const setup: Setup = { ...standardSetup, ...row.setup };
  const startedMs = performance.now();
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(playWithinMs)]);
  const evidence = await withEdits([...setup.edits, ...(options.edits ?? [])], async (root) => {
    const world = await system.open({ setup, seed: options.seed, root, signal });
    try {
      return await play(row, world, options.size, system);
    } finally {
      await world.close();
    }
  });
  return toRun(row, options, system.name, evidence, (performance.now() - startedMs) / 1_000);
}

async function play(row: Row, world: World, size: Size, system: System): Promise<Evidence> {
  await row.begin?.(world);
  const progress = { disturbances: 0, produced: false };
  const [sent] = await Promise.all([
    produceAll(row, world, size, system, () => progress.disturbances).finally(() => {
      progress.produced = true;
    }),
    disturbAll(row, world, size, progress),
  ]);
  // Faults that stand are there for all events, as far as they can be got through with them.
  if (row.disturb === undefined) await drain(world, system, row.standsForMs ?? drainFaultyWithinMs);
  await mend(row, world);
  await drain(world, system, drainWithinMs);
  return system.collect(world, sent, progress.disturbances);
}

async function disturbAll(
  { disturb }: Row,
  world: World,
  { injections }: Size,
  progress: { disturbances: number; readonly produced: boolean },
): Promise<void> {
  if (disturb === undefined) return;
  while (!progress.produced || progress.disturbances < injections) {
    world.signal.throwIfAborted();
    await disturb(world, progress);
    progress.disturbances++;
  }
}

/** Sends no faster than faults are injected, so that there are events on their way at each of them. */
async function produceAll(
  row: Row,
  world: World,
  { events, injections }: Size,
  system: System,
  disturbances: () => number,
): Promise<Sent> {
  const { setup, signal } = world;
  let backlog = 0;
  let sent = 0;
  const mayGoOn = async () => {
    const paced = () =>
      row.disturb === undefined || disturbances() >= injections || sent / events <= (disturbances() + 1) / injections;
    while (!signal.aborted && (backlog > setup.backlog || !paced())) await wait(lookEveryMs, signal);
    sent += 100;
  };
  const watched = new AbortController();
  const watch = async () => {
    const until = AbortSignal.any([signal, watched.signal]);
    while (!until.aborted) {
      backlog = await system.depth(world).catch(() => backlog);
      await wait(lookEveryMs, until);
    }
  };
  const watching = watch();
  try {
    const produced = await system.send(world, idsOf(events, setup.poisonPercent), mayGoOn);
    signal.throwIfAborted();
    return produced;
  } finally {
    watched.abort();
    await watching;
  }
}

/** Poison lies evenly among the others, each kind of it in turn. */
function idsOf(events: number, poisonPercent: number): readonly string[] {
  let kind = 0;
  return Array.from({ length: events }, (_, i) => {
    const isPoison = Math.floor(((i + 1) * poisonPercent) / 100) > Math.floor((i * poisonPercent) / 100);
    return idOf(isPoison ? (poisonKinds[kind++ % poisonKinds.length] ?? eventPrefix) : eventPrefix, i + 1);
  });
}

async function mend(row: Row, world: World): Promise<void> {
  const { queue, target, receiver, pods, setup } = world;
  await row.mend?.(world);
  await queue.order([]);
  await target.forgive();
  for (const edge of setup.edges) {
    const link = world.link(edge);
    link.delay(0, 0);
    link.slice(0);
    link.mend();
  }
  await receiver.start();
  await pods.start(Math.max(0, setup.pods - pods.all.length));
}

async function drain(world: World, { depth }: System, withinMs: number): Promise<void> {
  const { signal } = world;
  const deadlineMs = performance.now() + withinMs;
  while ((await depth(world)) > 0 && performance.now() < deadlineMs) {
    await wait(lookEveryMs, signal);
    signal.throwIfAborted();
  }
}

function toRun(row: Row, { size, seed }: PlayOptions, system: string, evidence: Evidence, seconds: number): RowRun {
  const { tally, calls, letters, harmed, queue } = evidence;
  const injections = row.injected?.(evidence) ?? evidence.disturbances;
  const wrongLetters = letters.filter((letter) => !(row.mayDie?.(letter.id, letter.class) ?? false)).length;
  const sent = tally.accepted + tally.refused + tally.unknown;
  const bounds: Bound[] = [
    atLeast('events', sent, size.events),
    atLeast('injections', injections, size.injections),
    atMost('lost', tally.lost.length, 0),
    atMost('unexpected', tally.unexpected.length, 0),
    atMost('arrived otherwise than sent', harmed.length, 0),
    atMost('effects twice', tally.duplicated.length, 0),
    atMost('still in the queue', tally.left, 0),
    atMost('dead letters of events that could be delivered', wrongLetters, 0),
    ...(row.bounds?.(evidence) ?? []),
  ];
  return {
    number: row.number,
    row: row.name,
    fault: row.fault,
    system,
    seed,
    injections,
    sent,
    accepted: tally.accepted,
    unknown: tally.unknown,
    recovered: tally.recovered.length,
    delivered: tally.delivered,
    dead: tally.dead,
    deadByClass: tally.deadByClass,
    left: tally.left,
    lost: tally.lost.length,
    unexpected: tally.unexpected.length,
    duplicated: tally.duplicated.length,
    deliveredAndDead: tally.deliveredAndDead.length,
    calls: calls.length,
    callsTwice: tally.callsTwice,
    mostReceives: queue.queues[queueName]?.mostReceives ?? 0,
    seconds: Math.round(seconds),
    verdict: system !== ours ? 'peer' : bounds.every(({ ok }) => ok) ? 'held' : 'broken',
    // A peer is measured, and held to nothing.
    bounds: system === ours ? bounds : [],
    steps: evidence.steps,
  };
}
