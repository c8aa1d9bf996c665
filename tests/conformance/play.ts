import { judge } from './judge.ts';
import { isExplained, type Observed } from './observed.ts';
import { ours, type Bound } from './proof.ts';
import type { Run, Window } from './report.ts';
import { defaultLatencyMs, defaultTimeoutMs, type Findings, type Scenario } from './scenario.ts';
import { openWorld, type Mark } from './world.ts';

export interface PlayOptions {
  readonly short: boolean;
  /** Holds the `apps` whose dispatcher is measured. */
  readonly root: string;
  readonly signal: AbortSignal;
}

/** An unjudged run is asked again twice: a machine that cannot measure in three tries will not in a fourth. */
const mostTries = 3;

/** Start, stop, and a machine that is three times as slow as it should be. */
const spareMs = 120_000;

/** Plays a scenario until it can be judged. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Run> {
  for (let tries = 1; ; tries++) {
    const run = await playOnce(scenario, options, tries);
    if (run.verdict !== 'unjudged' || tries === mostTries) return run;
  }
}

async function playOnce(scenario: Scenario, { short, root, signal }: PlayOptions, tries: number): Promise<Run> {
  const { limit, latencyMs = defaultLatencyMs, timeoutMs = defaultTimeoutMs, disturbsNetwork = false } = scenario;
  const playMs = short ? (scenario.shortPlayMs ?? scenario.playMs) : scenario.playMs;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(2 * playMs + spareMs)]);
  const world = await openWorld({ limit, latencyMs, timeoutMs, disturbsNetwork, root }, ended);
  try {
    const findings = await scenario.play(world, playMs);
    const endEpochMs = Date.now();
    await world.fleet.close();
    const observed = await world.observe();
    const evidence = { observed, endEpochMs, marks: world.marks, roundTrips: world.fleet.roundTrips() };
    const faults = findings.leastUtilisation === undefined ? [] : dryFaults(world.feed.ranDry());
    return toRun(scenario, findings, { ...evidence, faults: [...observed.faults, ...faults] }, tries);
  } finally {
    await world.close();
  }
}

function dryFaults(times: number): readonly string[] {
  return times === 0 ? [] : [`the backlog was empty ${times} times`];
}

interface Evidence {
  readonly observed: Observed;
  /** When the playing ended: pods that stop one after another do not use the limit. */
  readonly endEpochMs: number;
  readonly marks: readonly Mark[];
  readonly roundTrips: number | null;
  readonly faults: readonly string[];
}

function toRun(scenario: Scenario, findings: Findings, evidence: Evidence, tries: number): Run {
  const { observed, endEpochMs } = evidence;
  const windows = scenario.judgedBy ?? scenario.limit.windows;
  const measured = measure(observed, windows, evidence.marks);
  const from = callsBefore(observed, findings.countedFromEpochMs ?? 0);
  const counted = measured.arrivalsMs.slice(from, callsBefore(observed, endEpochMs));
  const { utilisation } = judge(counted, windows);
  const calls = observed.calls.length;
  const roundTripsPerCall = evidence.roundTrips === null || calls === 0 ? null : evidence.roundTrips / calls;
  const faults = [...evidence.faults, ...(calls === 0 ? ['there were no calls'] : []), ...bunched(observed, measured)];
  const bounds: Bound[] = [
    { name: 'worst window ÷ limit', figure: measured.ratio, bound: '≤ 1.00', ok: measured.ratio <= 1 },
    ...atLeast('utilisation', utilisation, findings.leastUtilisation),
    ...atMost('Redis round trips per call', roundTripsPerCall, findings.mostRoundTripsPerCall),
    ...(findings.checks ?? []).map((check) => check(observed)),
  ];
  const unmeasured = faults.map((fault) => ({ name: 'measurement', figure: null, bound: fault, ok: false }));
  const ok = bounds.every((bound) => bound.ok);
  return {
    scenario: scenario.name,
    system: ours,
    ...measured,
    utilisation: findings.leastUtilisation === undefined ? null : utilisation,
    roundTripsPerCall,
    verdict: faults.length > 0 ? 'unjudged' : ok ? 'held' : 'broken',
    bounds: [...bounds, ...unmeasured],
    tries,
  };
}

/** What is measured of any system, on a clock that begins with the first arrival. */
export function measure(
  observed: Observed,
  windows: readonly Window[],
  marks: readonly Mark[],
): Pick<Run, 'windows' | 'arrivalsMs' | 'worst' | 'ratio' | 'marks' | 'clock'> {
  const firstMs = observed.calls[0]?.epochMs ?? 0;
  const arrivalsMs = observed.calls.map(({ epochMs }) => epochMs - firstMs);
  const { worst, ratio } = judge(arrivalsMs, windows);
  const shown = marks.map(({ epochMs, text }) => ({ atMs: epochMs - firstMs, text }));
  return { windows, arrivalsMs, worst, ratio, marks: shown, clock: observed.clock };
}

/** An excess that the target's own stall may have made is no evidence against anyone, and none for. */
function bunched(observed: Observed, { ratio, worst }: Pick<Run, 'ratio' | 'worst'>): readonly string[] {
  const startEpochMs = (observed.calls[0]?.epochMs ?? 0) + worst.atMs;
  const explained = ratio > 1 && isExplained(observed, worst.window, startEpochMs);
  return explained ? ['the target stalled in the worst window'] : [];
}

function callsBefore({ calls }: Observed, epochMs: number): number {
  const end = calls.findIndex((call) => call.epochMs >= epochMs);
  return end === -1 ? calls.length : end;
}

function atLeast(name: string, figure: number | null, least: number | undefined): readonly Bound[] {
  if (least === undefined) return [];
  return [{ name, figure, bound: `≥ ${least}`, ok: figure !== null && figure >= least }];
}

function atMost(name: string, figure: number | null, most: number | undefined): readonly Bound[] {
  if (most === undefined) return [];
  return [{ name, figure, bound: `≤ ${most}`, ok: figure !== null && figure <= most }];
}
