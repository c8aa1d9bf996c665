import { z } from 'zod';
import type { Counts } from '../queue-double/control.ts';
import type { RecordedCall } from '../target-record.ts';
import { check, type History, type Known, type Tally } from './check.ts';
import { isIntact } from './events.ts';
import { deadLetterName, queueName } from './stage.ts';
import type { World } from './world.ts';

/** All that is known of a row when its queue is drained. */
export interface Evidence {
  readonly tally: Tally;
  readonly calls: readonly RecordedCall[];
  /** Commits whose input is not what was sent. */
  readonly harmed: readonly string[];
  /** Letters of messages that are no events of ours. */
  readonly foreignLetters: number;
  readonly letters: History['deadLetters'];
  readonly queue: Counts;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Attempts that neither a failure nor a doubt explains. */
  readonly unexplainedAttempts: number;
  readonly sentEpochMs: ReadonlyMap<string, number>;
  readonly killedEpochMs: readonly number[];
  readonly steps: readonly string[];
  readonly most: ReadonlyMap<string, number>;
  readonly disturbances: number;
  readonly latencyMs: number;
}

const body = z.object({ id: z.string(), source: z.string() });

/** The event's id; undefined of a message that is none. */
function idOf(text: string): string | undefined {
  try {
    const event = body.safeParse(JSON.parse(text));
    return event.success ? event.data.id : undefined;
  } catch {
    return undefined;
  }
}

export async function collect(
  world: World,
  sent: ReadonlyMap<string, Known>,
  disturbances: number,
  /** Where the events are not in SQS' queues. */
  elsewhere?: Pick<History, 'deadLetters' | 'left'>,
): Promise<Evidence> {
  const { queue, target, attempts, sentEpochMs, killedEpochMs, setup } = world;
  const [effects, calls, dead, left, counts] = await Promise.all([
    target.effects(),
    target.record(),
    queue.messages(deadLetterName),
    queue.messages(queueName),
    queue.counts(),
  ]);
  const letters = dead.flatMap((message) => {
    const id = idOf(message.body);
    return id === undefined ? [] : [{ id, class: message.attributes['class']?.StringValue ?? 'none' }];
  });
  const history: History = {
    sent,
    commits: effects.map(({ id }) => id),
    calls: calls.flatMap(({ id }) => (id === null ? [] : [id])),
    deadLetters: letters,
    left: left.map((message) => idOf(message.body) ?? 'no event'),
    ...elsewhere,
  };
  return {
    tally: check(history),
    calls,
    harmed: effects.filter(({ id, input }) => !isIntact(id, input)).map(({ id }) => id),
    foreignLetters: dead.length - letters.length,
    letters,
    queue: counts,
    outcomes: attempts.outcomes(),
    unexplainedAttempts: attempts.unexplained(),
    sentEpochMs,
    killedEpochMs,
    steps: world.steps,
    most: world.most,
    disturbances,
    latencyMs: setup.latencyMs,
  };
}

/** What a pod needs to settle an answer, on a busy machine. */
const settleMs = 100;

/** Calls that were under way when something was killed: answered, and settled, at the earliest after that. */
export function inFlightAtKills({ calls, killedEpochMs, latencyMs }: Evidence): number {
  return killedEpochMs.reduce((sum, killed) => {
    const from = killed - latencyMs - settleMs;
    return sum + calls.filter(({ time }) => Date.parse(time) >= from && Date.parse(time) <= killed).length;
  }, 0);
}

/** From its sending to its first call, of each event that `counts`; ms, ascending. */
export function dwellsMs({ calls, sentEpochMs }: Evidence, counts: (id: string) => boolean): readonly number[] {
  const seen = new Set<string>();
  const dwells: number[] = [];
  for (const { id, time } of calls) {
    const sentMs = id === null || !counts(id) ? undefined : sentEpochMs.get(id);
    if (id === null || sentMs === undefined || seen.has(id)) continue;
    seen.add(id);
    dwells.push(Date.parse(time) - sentMs);
  }
  return dwells.sort((a, b) => a - b);
}
