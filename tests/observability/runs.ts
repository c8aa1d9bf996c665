import { atMost, ours, type Bound, type Judged } from '../conformance/proof.ts';
import type { Stage } from './stages.ts';
import { activeAlerts, alertsBetween, type Seen } from './watch-alerts.ts';
import type { World } from './world.ts';

/** One thing that was looked at, and what it was held to. */
export interface ObservedRun extends Judged {
  readonly name: string;
  readonly does: string;
  readonly seconds: number;
  readonly figures: Readonly<Record<string, number | string>>;
  /** Of a stage: which alerts were there, in ms since it began. */
  readonly alerts?: readonly Seen[];
  readonly startedEpochMs?: number;
}

export interface Findings {
  readonly bounds: readonly Bound[];
  readonly figures: Readonly<Record<string, number | string>>;
  readonly alerts?: readonly Seen[];
  readonly startedEpochMs?: number;
}

/** Tells how it went; what could not be looked at to its end is unjudged. */
export async function judge(name: string, does: string, look: () => Promise<Findings>): Promise<ObservedRun> {
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1_000);
  try {
    const findings = await look();
    const verdict = findings.bounds.every(({ ok }) => ok) ? 'held' : 'broken';
    return { name, does, system: ours, ...findings, seconds: seconds(), verdict };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const bounds = [{ name: 'looked at to its end', figure: null, bound: why, ok: false }];
    return { name, does, system: ours, bounds, figures: {}, seconds: seconds(), verdict: 'unjudged' };
  }
}

/** A shortened alert waits for 15 s, after windows of half a minute. */
const firesWithinMs = 90_000;

/** A refused credential pauses the fleet for a minute. */
const calmWithinMs = 150_000;

export async function calm(world: World, withinMs = calmWithinMs): Promise<void> {
  const isCalm = async () => {
    const apps = await world.prometheus.query('count(eventgw_build_info)');
    return apps.length > 0 && (await activeAlerts(world)).length === 0;
  };
  await world.until('calm', isCalm, withinMs);
}

/** Begins the fault, waits for its alert, ends it, and waits until no alert is left. */
export async function playStage(stage: Stage, world: World): Promise<Findings> {
  const startedEpochMs = Date.now();
  let firedMs: number | undefined;
  await stage.begin(world);
  try {
    const isFiring = async () =>
      (await activeAlerts(world)).some(({ alert, state }) => alert === stage.expects && state === 'firing');
    await world.until(`${stage.expects} firing`, isFiring, firesWithinMs);
    firedMs = Date.now() - startedEpochMs;
  } finally {
    await stage.end(world);
  }
  await calm(world);
  const alerts = await alertsBetween(world, startedEpochMs, Date.now());
  const wrong = alerts.filter(({ alert, state }) => state === 'firing' && alert !== stage.expects);
  const pending = new Set(alerts.filter(({ alert }) => alert !== stage.expects).map(({ alert }) => alert));
  return {
    bounds: [atMost(`wrong alerts${wrong.map(({ alert }) => ` ${alert}`).join()}`, wrong.length, 0)],
    figures: {
      fires: stage.expects.replace('EventGateway', ''),
      'after (s)': Math.round(firedMs / 100) / 10,
      ...(pending.size === 0
        ? {}
        : { 'pending besides': [...pending].map((each) => each.replace('EventGateway', '')).join(' ') }),
    },
    alerts,
    startedEpochMs,
  };
}
