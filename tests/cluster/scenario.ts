import { atMost, type Bound, type Judged, type Report } from '../conformance/proof.ts';
import type { Outcome } from './load.ts';
import type { TargetName } from './neighbours.ts';
import { usefulPods, type Limits } from './release.ts';
import type { Count } from './watch-fleet.ts';
import type { World } from './world.ts';

/** What happens to a gateway on Kubernetes, and what it is held to. */
export interface Scenario {
  readonly name: string;
  /** What is done, in a line. */
  readonly does: string;
  /** Whether the short form has it. */
  readonly short: boolean;
  readonly play: (world: World, size: Size) => Promise<Findings>;
}

/** The short form has fewer events and kills, and the same bounds. */
export type Size = 'whole' | 'short';

export interface Findings {
  readonly bounds: readonly Bound[];
  /** Measured, and held to nothing. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** Pods and depth over time, where there is something to draw. */
  readonly course?: Course;
}

/** Times in ms since the first event was sent. */
export interface Course {
  readonly depth: readonly Sample[];
  /** Dispatchers that were alive. */
  readonly pods: readonly Sample[];
  /** What the autoscaler asked for. */
  readonly desired: readonly Sample[];
  readonly endedMs: number;
}

export interface Sample {
  readonly atMs: number;
  readonly count: number;
}

export interface ScenarioRun extends Judged, Findings {
  readonly scenario: string;
  readonly does: string;
  readonly seconds: number;
}

export type ClusterReport = Report<ScenarioRun>;

/** Something that is said or not: 1 or 0. */
export function says(name: string, text: string, asked: RegExp): Bound {
  const isSaid = asked.test(text);
  const seen = text.trim().split('\n').slice(-3).join(' ⏎ ').slice(-300);
  return {
    name,
    figure: isSaid ? 1 : 0,
    bound: isSaid ? `says ${asked.source}` : `${asked.source}, not: ${seen}`,
    ok: isSaid,
  };
}

const resting: Count = { epochMs: 0, count: 0 };

/** From a moment on; the count that stood before is the first. */
export function since(counts: readonly Count[], fromEpochMs: number): readonly Count[] {
  const before = counts.findLast(({ epochMs }) => epochMs <= fromEpochMs) ?? resting;
  return [{ ...before, epochMs: fromEpochMs }, ...counts.filter(({ epochMs }) => epochMs > fromEpochMs)];
}

export function mostOf(counts: readonly Count[]): number {
  return counts.reduce((most, { count }) => Math.max(most, count), 0);
}

/** What every load is held to, at each target, by its limit. */
export function boundsOf(world: World, outcome: Outcome, limits: Limits): readonly Bound[] {
  return [...outcome.targets].flatMap(([name, { tally, harmed, judgement, faults }]) => {
    const of = (what: string) => (outcome.targets.size > 1 ? `${name}: ${what}` : what);
    const pods = mostOf(since(world.fleet.counts(name), outcome.startedEpochMs));
    return [
      ...faults.map((fault) => ({ name: of('evidence'), figure: null, bound: fault, ok: false })),
      atMost(of('events that were not accepted'), tally.refused + tally.unknown, 0),
      atMost(of('lost'), tally.lost.length, 0),
      atMost(of('unexpected'), tally.unexpected.length, 0),
      atMost(of('arrived otherwise than sent'), harmed, 0),
      atMost(of('effects twice'), tally.duplicated.length, 0),
      atMost(of('still in the queue'), tally.left, 0),
      atMost(of('dead letters'), tally.dead, 0),
      atMost(of('worst window ÷ limit'), judgement.ratio, 1),
      atMost(of('pods beyond useful'), Math.max(0, pods - usefulPods(limits[name] ?? 0)), 0),
    ];
  });
}

/** Figures that all loads have. */
export function figuresOf(world: World, outcome: Outcome, target: TargetName): Findings['figures'] {
  const of = outcome.targets.get(target);
  if (of === undefined) throw new Error(`Nothing was measured at ${target}.`);
  const { tally, judgement, clock } = of;
  return {
    events: tally.accepted + tally.unknown + tally.refused,
    worst: `${judgement.worst.calls}/${judgement.worst.window.calls}`,
    used: Number((judgement.utilisation ?? 0).toFixed(3)),
    'calls twice': tally.callsTwice,
    'sent again': outcome.resends,
    pods: mostOf(since(world.fleet.counts(target), outcome.startedEpochMs)),
    clock,
  };
}

/** For the drawing. */
export function courseOf(world: World, outcome: Outcome, target: TargetName, endedEpochMs: number): Course {
  const origin = outcome.startedEpochMs;
  const samples = (counts: readonly Count[]) =>
    counts
      .filter(({ epochMs }) => epochMs <= endedEpochMs)
      .map(({ epochMs, count }) => ({ atMs: epochMs - origin, count }));
  return {
    depth: samples(outcome.targets.get(target)?.depths ?? []),
    pods: samples(since(world.fleet.counts(target), origin)),
    desired: samples(since(world.fleet.desired(target), origin)),
    endedMs: endedEpochMs - origin,
  };
}
