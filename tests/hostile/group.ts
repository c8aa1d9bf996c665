import { randomUUID } from 'node:crypto';
import { atMost, type Bound } from '../conformance/proof.ts';
import type { Findings } from '../observability/runs.ts';
import type { Attacked, Plan } from './attack.ts';
import { fault, faultKinds, type Fault } from './fault.ts';
import { until, type World } from './world.ts';

/** One way to attack. */
export interface Group {
  readonly name: string;
  readonly does: string;
  /** How many inputs, in a whole run and in a short one. */
  readonly inputs: { readonly whole: number; readonly short: number };
  readonly play: (world: World, plan: Plan) => Promise<Attacked>;
}

/** What an app held before the first attack, by its name; in bytes. */
export type Memories = ReadonlyMap<string, number>;

/** What is held to be the same again after an attack: a fifth is left to what is kept of the latest requests. */
export const mostMemory = 1.2;

/** Sockets that nobody closes, and spans that nobody took, are let go of in so long. */
const calmWithinMs = 25_000;

const takenWithinMs = 5_000;
/** A fleet that lost sight of Redis needs a few of its looks. */
const deliveredWithinMs = 20_000;

const plurals = {
  crash: 'crashes',
  hang: 'hangs',
  leak: 'leaks',
  'let in': 'let in',
  'wrong answer': 'wrong answers',
} as const;

/** Of each kind how many, with the first one told in its words: a fault says how it is seen again. */
export function boundsOf(faults: readonly Fault[]): readonly Bound[] {
  return faultKinds.map((kind) => {
    const found = faults.filter((each) => each.kind === kind);
    const told = found.length === 0 ? '' : ` (${[...new Set(found.map(({ what }) => what))].slice(0, 3).join(' | ')})`;
    return atMost(`${plurals[kind]}${told}`, found.length, 0);
  });
}

/** Those that ended are told as crashes. */
const living = ({ apps }: World) => apps.filter((app) => app.lives());

export async function measureMemory(world: World): Promise<Memories> {
  const entries = await Promise.all(living(world).map(async (app) => [app.name, (await app.memory()).used] as const));
  return new Map(entries);
}

/** Sends an event as an honest sender does, and resolves with the status of its answer. */
export async function sendGood({
  sender,
  key,
  secrets,
}: World): Promise<{ readonly id: string; readonly status: number }> {
  const id = `good-${randomUUID()}`;
  const event = { specversion: '1.0', id, source: '/hostile', type: 'good.event', data: { secret: secrets.marker } };
  const headers = [
    ['x-api-key', key],
    ['content-type', 'application/cloudevents+json'],
  ] as const;
  const came = await sender.send({ headers, body: JSON.stringify(event) });
  return { id, status: came.kind === 'answer' ? came.status : 0 };
}

/** After an attack: a good event crosses the gateway. */
async function judgeGood(world: World): Promise<readonly Fault[]> {
  let sent = { id: '', status: 0 };
  const isTaken = async () => {
    sent = await sendGood(world);
    return sent.status === 202;
  };
  if (!(await until(isTaken, takenWithinMs))) return [fault('hang', `a good event is answered ${sent.status}`)];
  const isDelivered = await until(() => world.target.calls(sent.id) > 0, deliveredWithinMs);
  return isDelivered ? [] : [fault('hang', 'a good event is not delivered')];
}

/** Looks in what the apps tell of themselves; their logs are looked at as they are written. */
async function judgeTold(world: World): Promise<readonly Fault[]> {
  const pages = await Promise.all(living(world).map((app) => app.metrics()));
  const told = [
    ...pages.map((text) => ['a metric', text] as const),
    ...world.spans().map((text) => ['a span', text] as const),
  ];
  return told.flatMap(([where, text]) => {
    const secret = world.secrets.texts.find((each) => text.includes(each));
    return secret === undefined ? [] : [fault('leak', `${where} tells ${secret}`)];
  });
}

/** The largest part that an app holds of what it held before, when it is calm. */
async function memoryRatio(world: World, before: Memories): Promise<number> {
  let ratio = Infinity;
  await until(async () => {
    const now = await measureMemory(world);
    ratio = Math.max(...[...now].map(([name, used]) => used / (before.get(name) ?? 1)));
    return ratio <= mostMemory;
  }, calmWithinMs);
  return Math.round(ratio * 1_000) / 1_000;
}

export interface Played extends Findings {
  readonly inputs: number;
  readonly memory: number;
  readonly faults: readonly Fault[];
}

/** Plays a group, and looks at the gateway afterwards. */
export async function playGroup(group: Group, world: World, plan: Plan, before: Memories): Promise<Played> {
  const attacked = await group.play(world, plan);
  const after = [...(await judgeGood(world)), ...(await judgeTold(world))];
  const memory = await memoryRatio(world, before);
  world.target.forget();
  const faults = [...attacked.faults, ...after, ...world.apps.flatMap((app) => app.faults())];
  return {
    inputs: attacked.inputs,
    memory,
    faults,
    bounds: [...boundsOf(faults), atMost('memory after ÷ before', memory, mostMemory)],
    figures: { inputs: attacked.inputs, memory, ...attacked.figures },
  };
}
