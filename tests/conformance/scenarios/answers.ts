import { callsBetween, fullBacklog, perSecond, type Check, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

const calls = 50;
const limit = { windows: perSecond(calls) };
const pods = 4;

/** Calls are under way when the refusal arrives, as they are at a real API. */
const latencyMs = 100;

/** Slots that were due before all pods could know of the pause. */
const slotsDue = Math.ceil((100 * calls) / 1_000);

/** A refusal that takes as long as an answer does. */
const refusal = { fault: 'status', status: 429, commit: true, times: 1 } as const;

/** The pods agree on a pause in a few ms; then calls begin slowly, and are back at their pace after this. */
const resumedMs = 4_000;

/** Calls from the arrival of the first refusal, ordered after a moment, until the pause that it asked for ends. */
function fewCallsInPause(name: string, orderedEpochMs: number, endOf: (refusedEpochMs: number) => number): Check {
  return (observed) => {
    const refused = observed.calls.find(({ epochMs, status }) => epochMs >= orderedEpochMs && status === 429);
    if (refused === undefined) return { name, figure: null, bound: 'there was no 429', ok: false };
    const fromMs = refused.answeredEpochMs;
    const inFlight = observed.calls.filter((call) => call.epochMs <= fromMs && call.answeredEpochMs > fromMs).length;
    const made = callsBetween(observed, fromMs, endOf(fromMs));
    const allowed = inFlight + slotsDue;
    return { name, figure: made, bound: `≤ ${allowed} (${inFlight} in flight)`, ok: made <= allowed };
  };
}

interface Form {
  readonly name: string;
  readonly pauseMs: number;
  /** As the header says it at this moment; undefined where it does not. */
  readonly retryAfter: (nowEpochMs: number) => number | string | undefined;
}

const bySeconds: Form = { name: 'in seconds', pauseMs: 2_000, retryAfter: () => 2 };

/** Dates have whole seconds, so the pause is up to one shorter than what was meant. */
const byDate: Form = {
  name: 'as a date',
  pauseMs: 3_000,
  retryAfter: (nowEpochMs) => new Date(nowEpochMs + 3_000).toUTCString(),
};

/** Then the gateway waits 5 s. */
const unsaid: Form = { name: 'left out', pauseMs: 5_000, retryAfter: () => undefined };

async function refuseOnce({ target, mark, wait }: World, { name, pauseMs, retryAfter }: Form): Promise<Check> {
  const orderedEpochMs = mark(`429, Retry-After ${name}`);
  const said = retryAfter(orderedEpochMs);
  await target.order({ ...refusal, ...(said === undefined ? {} : { retryAfter: said }) });
  await wait(pauseMs + resumedMs);
  const endOf = (refusedMs: number) => (typeof said === 'string' ? Date.parse(said) : refusedMs + pauseMs);
  return fewCallsInPause(`calls in the pause, Retry-After ${name}`, orderedEpochMs, endOf);
}

const throttled: Scenario = {
  name: 'throttled',
  limit,
  latencyMs,
  playMs: 24_000,
  shortPlayMs: 15_000,
  async play(world, playMs) {
    await world.fleet.start(pods);
    await world.feed.keep(fullBacklog(limit));
    await world.wait(2_000);
    const forms = playMs < this.playMs ? [bySeconds, byDate] : [bySeconds, byDate, unsaid];
    const checks: Check[] = [];
    for (const form of forms) checks.push(await refuseOnce(world, form));
    return { checks };
  },
};

/** Two calls that are in flight together are refused, and the later one asks for less. */
const throttledTwice: Scenario = {
  name: 'throttled-twice',
  limit,
  latencyMs,
  playMs: 14_000,
  async play({ fleet, feed, target, mark, wait }) {
    const pauseMs = 4_000;
    await fleet.start(pods);
    await feed.keep(fullBacklog(limit));
    await wait(2_000);
    const orderedEpochMs = mark('429 for 4 s, then 429 for 1 s');
    await target.order({ ...refusal, retryAfter: pauseMs / 1_000 });
    await target.order({ ...refusal, retryAfter: 1 });
    await wait(pauseMs + resumedMs);
    const name = 'calls in the longer pause';
    return { checks: [fewCallsInPause(name, orderedEpochMs, (refusedMs) => refusedMs + pauseMs)] };
  },
};

export const answerScenarios: readonly Scenario[] = [throttled, throttledTwice];
