import fc from 'fast-check';
import type { Fault } from './fault.ts';

/** How a group is played. */
export interface Plan {
  readonly inputs: number;
  /** The same one makes the same inputs. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** What a group came to. */
export interface Attacked {
  readonly inputs: number;
  readonly faults: readonly Fault[];
  readonly figures?: Readonly<Record<string, number | string>>;
}

/** What came of one input; `undefined` where it was met as it must be. */
export type Strike<Input> = (input: Input) => Promise<Fault | undefined>;

/** Inputs under way at once: enough that neither side waits for the other, few enough that none waits for its turn. */
const usualLanes = 24;

export interface Lanes {
  readonly lanes?: number;
  /** Where a single input takes long, the first that does harm will do. */
  readonly smallest?: boolean;
}

/** A smaller input is looked for while the group lasts, and no longer. */
const longestMs = 180_000;

const shownChars = 400;

/**
 * Strikes with generated inputs, in lanes beside each other; each lane has a seed of its own. Where one does harm a smaller one
 * that does is looked for, and told with what makes it again.
 */
export async function attack<Input>(
  inputs: fc.Arbitrary<Input>,
  strike: Strike<Input>,
  { inputs: count, seed, signal }: Plan,
  { lanes = usualLanes, smallest: wantsSmallest = true }: Lanes = {},
): Promise<Attacked> {
  const play = async (lane: number) => {
    const numRuns = Math.floor(count / lanes) + (lane < count % lanes ? 1 : 0);
    if (numRuns === 0) return { inputs: 0, faults: [] };
    const property = fc.asyncProperty(inputs, async (input) => {
      signal.throwIfAborted();
      const found = await strike(input);
      if (found !== undefined) throw new Error(found.what, { cause: found });
    });
    const laneSeed = seed * 1_000 + lane;
    const options = { seed: laneSeed, numRuns, interruptAfterTimeLimit: longestMs, endOnFailure: !wantsSmallest };
    const result = await fc.check(property, options);
    if (!result.failed) return { inputs: result.numRuns, faults: [] };
    const error = result.errorInstance;
    const found = error instanceof Error ? (error.cause as Fault | undefined) : undefined;
    // Not the gateway's but the suite's own.
    if (found === undefined) throw new Error('An input could not be judged', { cause: error });
    const smallest = fc.stringify(result.counterexample?.[0]).slice(0, shownChars);
    const what = `${found.what}; seed ${laneSeed}, path ${result.counterexamplePath}, smallest input ${smallest}`;
    return { inputs: result.numRuns, faults: [{ ...found, what }] };
  };
  return joined(await Promise.all(Array.from({ length: Math.min(lanes, count) }, (_, lane) => play(lane))));
}

/** Several attacks as one. */
export function joined(parts: readonly Attacked[]): Attacked {
  return {
    inputs: parts.reduce((sum, part) => sum + part.inputs, 0),
    faults: parts.flatMap((part) => part.faults),
    figures: parts.reduce((all, part) => ({ ...all, ...part.figures }), {}),
  };
}

/** A part of a group's inputs, at least one. */
export function part(plan: Plan, share: number): Plan {
  return { ...plan, inputs: Math.max(1, Math.round(plan.inputs * share)) };
}
