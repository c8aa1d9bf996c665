import { readListening, startProcess } from './processes.ts';
import { measure } from './play.ts';
import { defaultLatencyMs, perSecond } from './scenario.ts';
import { playEdges } from './scenarios/steady.ts';
import { openStage, type Stage } from './world.ts';
import { judge } from './judge.ts';
import type { Run, Window } from './report.ts';

/** One way to have calls made by the pods of a peer; each adds some to a pod's backlog. */
interface Pattern {
  /** The scenario of ours that it stands beside. */
  readonly scenario: string;
  readonly windows: readonly [Window];
  readonly neverEmpty: boolean;
  readonly playMs: number;
  readonly play: (stage: Stage, pods: readonly ((calls: number) => void)[], playMs: number) => Promise<void>;
}

const pods = 4;
const peers = ['RateLimiterRedis', 'RateLimiterQueue', 'BullMQ', 'p-queue'] as const;

const atTheEdge: Pattern = {
  scenario: 'edge-of-window',
  windows: perSecond(5),
  neverEmpty: false,
  playMs: 15_000,
  play: (stage, adds, playMs) =>
    playEdges(stage, playMs, (calls) => {
      // A single call is one pod's; of a flood each has its part.
      const chosen = adds.slice(0, calls);
      for (const add of chosen) add(Math.ceil(calls / chosen.length));
    }),
};

const greedy: Pattern = {
  scenario: 'steady-50',
  windows: perSecond(50),
  neverEmpty: true,
  playMs: 15_000,
  async play({ wait }, adds, playMs) {
    // Twice what the limit allows is never worked off.
    for (const add of adds) add(Math.ceil((2 * 50 * playMs) / 1_000 / pods));
    await wait(playMs);
  },
};

interface PeerPlan {
  readonly peer: string;
  readonly pattern: Pattern;
}

/** The short form shows that the judge sees the overshoot of one of them. */
export function peerPlans(short: boolean): readonly PeerPlan[] {
  if (short) return [{ peer: 'RateLimiterRedis', pattern: { ...atTheEdge, playMs: 10_000 } }];
  return [atTheEdge, greedy].flatMap((pattern) => peers.map((peer) => ({ peer, pattern })));
}

/** Long enough to start four processes on a busy machine. */
const spareMs = 60_000;

export async function measurePeer({ peer, pattern }: PeerPlan, signal: AbortSignal): Promise<Run> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(2 * pattern.playMs + spareMs)]);
  const stage = await openStage(defaultLatencyMs, ended);
  const [{ calls, perMs }] = pattern.windows;
  const env = {
    REDIS_URL: stage.redis.url,
    TARGET_URL: stage.target.url,
    CALLS: String(calls),
    PER_MS: String(perMs),
    PODS: String(pods),
  };
  const started: { readonly stop: (by: NodeJS.Signals) => Promise<string> }[] = [];
  try {
    const startPod = async (_: unknown, number: number) => {
      const pod = await startProcess({
        name: `${peer} pod ${number + 1}`,
        command: process.execPath,
        args: [`${import.meta.dirname}/peers/main.ts`, peer],
        env,
        readyBy: readListening,
        died: stage.died,
        signal: stage.signal,
      });
      started.push(pod);
      return (count: number) => pod.write(String(count));
    };
    const adds = await Promise.all(Array.from({ length: pods }, startPod));
    const scriptsBefore = await stage.redis.scriptsRun();
    await pattern.play(stage, adds, pattern.playMs);
    const scripts = (await stage.redis.scriptsRun()) - scriptsBefore;
    await Promise.all(started.map((pod) => pod.stop('SIGKILL')));
    const observed = await stage.observe();
    const measured = measure(observed, pattern.windows, stage.marks);
    const made = observed.calls.length;
    return {
      scenario: pattern.scenario,
      system: peer,
      ...measured,
      utilisation: pattern.neverEmpty ? judge(measured.arrivalsMs, pattern.windows).utilisation : null,
      roundTripsPerCall: made === 0 ? null : scripts / made,
      verdict: made === 0 ? 'unjudged' : 'peer',
      bounds: observed.faults.map((fault) => ({ name: 'measurement', figure: null, bound: fault, ok: false })),
      tries: 1,
    };
  } finally {
    await Promise.all(started.map((pod) => pod.stop('SIGKILL')));
    await stage.close();
  }
}
