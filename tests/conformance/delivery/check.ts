/** What the producer of an event knows of it at the end; `unknown`: it was sent, and no answer settled it. */
export type Known = 'accepted' | 'refused' | 'unknown';

/** Who did what, as each side wrote it down. */
export interface History {
  /** Every event that was sent, by id: what its producer knows at the end. */
  readonly sent: ReadonlyMap<string, Known>;
  /** The event id of each commit at the target, in order: one that took effect twice stands here twice. */
  readonly commits: readonly string[];
  /** The event id of each call that reached the target with a mutation, in order. */
  readonly calls: readonly string[];
  readonly deadLetters: readonly { readonly id: string; readonly class: string }[];
  /** Event ids that still stand in the queue after the drain. */
  readonly left: readonly string[];
}

/** Events by what became of them. No list names an event twice, and no number counts one twice that says events. */
export interface Tally {
  readonly accepted: number;
  readonly refused: number;
  readonly unknown: number;
  /** Events with a commit, expected or not. */
  readonly delivered: number;
  /** Events with a dead letter and no commit. */
  readonly dead: number;
  /** The same events, each by the class of its first letter. */
  readonly deadByClass: Readonly<Record<string, number>>;
  /** Events that stand in the queue, whatever else became of them. */
  readonly left: number;
  /** Accepted, and neither committed, dead nor left. */
  readonly lost: readonly string[];
  /** Committed or dead, but never sent, or refused. */
  readonly unexpected: readonly string[];
  /** Committed more than once. */
  readonly duplicated: readonly string[];
  /** Unknown to the producer, and came out: committed or dead. */
  readonly recovered: readonly string[];
  /** Calls beyond the first of each event. */
  readonly callsTwice: number;
  /** Dead letters beyond the first of each event. */
  readonly lettersTwice: number;
  readonly deliveredAndDead: readonly string[];
}

/**
 * "What goes in must come out", as Jepsen's total-queue has it: an event whose producer got no answer is neither missed
 * when it stays away nor blamed when it comes. Each list of the history is walked once, so a hundred thousand events take
 * no longer than reading them.
 */
export function check({ sent, commits, calls, deadLetters, left }: History): Tally {
  const commitsOf = countEach(commits);
  const lettersOf = countEach(deadLetters.map(({ id }) => id));
  const leftIds = new Set(left);
  const cameOut = new Set([...commits, ...lettersOf.keys()]);
  const known: Record<Known, number> = { accepted: 0, refused: 0, unknown: 0 };
  const lost: string[] = [];
  const recovered: string[] = [];
  for (const [id, knows] of sent) {
    known[knows]++;
    if (knows === 'accepted' && !cameOut.has(id) && !leftIds.has(id)) lost.push(id);
    if (knows === 'unknown' && cameOut.has(id)) recovered.push(id);
  }
  const byClass = classesOf(deadLetters, commitsOf);
  return {
    ...known,
    delivered: commitsOf.size,
    dead: [...byClass.values()].reduce((sum, events) => sum + events, 0),
    deadByClass: Object.fromEntries(byClass),
    left: leftIds.size,
    lost,
    unexpected: [...cameOut].filter((id) => (sent.get(id) ?? 'refused') === 'refused'),
    duplicated: [...commitsOf].filter(([, times]) => times > 1).map(([id]) => id),
    recovered,
    callsTwice: calls.length - new Set(calls).size,
    lettersTwice: deadLetters.length - lettersOf.size,
    deliveredAndDead: [...lettersOf.keys()].filter((id) => commitsOf.has(id)),
  };
}

function countEach(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function classesOf(
  deadLetters: History['deadLetters'],
  commitsOf: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const seen = new Set<string>();
  const events = new Map<string, number>();
  for (const letter of deadLetters) {
    if (commitsOf.has(letter.id) || seen.has(letter.id)) continue;
    seen.add(letter.id);
    events.set(letter.class, (events.get(letter.class) ?? 0) + 1);
  }
  return events;
}
