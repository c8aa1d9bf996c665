import { judgeGuard, type Guard } from '../proof.ts';
import type { Edit } from '../tree.ts';
import { playRow } from './play-row.ts';
import type { Size } from './row.ts';
import { rows } from './rows/all.ts';

/** Taking one guard out of the gateway. */
interface Removal {
  readonly guard: string;
  /** The row that must. */
  readonly noticedBy: string;
  /** Enough of it for the wound to show. */
  readonly size: Size;
  readonly edits: readonly Edit[];
}

const scripts = 'apps/dispatcher/scripts';
const some: Size = { events: 4_000, injections: 10 };

export const removals: readonly Removal[] = [
  {
    guard: 'owner-check',
    noticedBy: 'dispatcher-frozen-keyless',
    // Few pods are frozen between a claim and its call.
    size: { events: 8_000, injections: 20 },
    edits: [
      {
        file: `${scripts}/record.lua`,
        find: "return r.state == 'h' and r.owner == owner",
        replace: "return r.state == 'h'",
      },
    ],
  },
  {
    guard: 'one-holder',
    noticedBy: 'visibility-ends',
    size: some,
    edits: [{ file: `${scripts}/claim.lua`, find: "r.state == 'h' and r.untilMs > ms then", replace: 'false then' }],
  },
  {
    guard: 'doubt-after-a-crash',
    noticedBy: 'dispatcher-killed-keyless',
    size: some,
    edits: [
      {
        file: `${scripts}/claim.lua`,
        find: "take(r.state == 'h' and r.slotAtUs > 0 and r.slotAtUs <= us)",
        replace: 'take(false)',
      },
    ],
  },
  {
    guard: 'birth-mark',
    noticedBy: 'redis-lost-keyless',
    size: some,
    edits: [
      { file: `${scripts}/claim.lua`, find: 'take(receivedBefore and sentAtMs < bornMs)', replace: 'take(false)' },
    ],
  },
  {
    guard: 'done-is-remembered',
    noticedBy: 'redelivered-late',
    size: some,
    edits: [
      {
        file: `${scripts}/complete.lua`,
        find: "save(KEYS[1], 'd ' .. ARGV[2], ARGV[3])",
        replace: "redis.call('DEL', KEYS[1])",
      },
    ],
  },
  {
    guard: 'letter-before-delete',
    noticedBy: 'dead-letters-refused',
    size: { events: 1_000, injections: 10 },
    edits: [
      { file: 'apps/dispatcher/bury.ts', find: "      if (!sent) return 'not_yet';\n", replace: '      void sent;\n' },
    ],
  },
  {
    guard: 'handed-back-on-stop',
    noticedBy: 'dispatcher-stopped',
    size: some,
    edits: [{ file: 'apps/dispatcher/app.ts', find: '      await handBackReady(0);\n    },', replace: '    },' }],
  },
  {
    guard: 'throttles-cost-nothing',
    noticedBy: 'throttled',
    size: { events: 2_000, injections: 4 },
    edits: [
      {
        file: `${scripts}/release.lua`,
        find: "if why == 'failed' or (why == 'unavailable' and others)",
        replace: "if why ~= 'untried'",
      },
    ],
  },
  {
    guard: 'circuit',
    noticedBy: 'outage',
    size: { events: 4_000, injections: 1 },
    edits: [{ file: `${scripts}/circuit.lua`, find: 'if #words(row) >= circuitRow or', replace: 'if false and' }],
  },
  {
    guard: 'asked-before-sent-again',
    noticedBy: 'asked-for',
    size: some,
    edits: [
      {
        file: 'apps/dispatcher/settle.ts',
        find: "held.doubt = deps.inDoubt === 'reconcile';",
        replace: 'held.doubt = false;',
      },
    ],
  },
  {
    guard: 'asked-when-it-is-over',
    noticedBy: 'asked-for',
    size: some,
    edits: [
      {
        file: 'apps/dispatcher/settle.ts',
        find: 'waitMs: held.doubt ? deps.doubtMs : 0,',
        replace: 'waitMs: 0,',
      },
    ],
  },
  {
    guard: 'each-entry-confirmed',
    noticedBy: 'sends-fail',
    size: some,
    edits: [
      {
        file: 'apps/receiver/enqueue.ts',
        find: "entry.resolve(results[i] ?? 'failed')",
        replace: "entry.resolve('queued')",
      },
    ],
  },
  {
    guard: 'sent-anew',
    noticedBy: 'retention',
    size: { events: 3_000, injections: 1 },
    edits: [
      {
        file: 'apps/dispatcher/retention.ts',
        find: 'now() - sentAtMs > retentionMs - leftMs',
        replace: 'sentAtMs < 0',
      },
    ],
  },
  {
    guard: 'event-before-its-letter-goes',
    noticedBy: 'redriven',
    size: some,
    edits: [
      {
        file: 'apps/cli/redrive.ts',
        find: 'await queues.send(url, redriveBody(letter.event));',
        replace: 'await reader.remove(letter);\n      await queues.send(url, redriveBody(letter.event));',
      },
    ],
  },
];

/** Plays, without one guard, the row that must notice. */
export async function checkGuard({ guard, noticedBy, size, edits }: Removal, signal: AbortSignal): Promise<Guard> {
  const row = rows.find(({ name }) => name === noticedBy);
  if (row === undefined) throw new Error(`There is no row ${noticedBy}`);
  return judgeGuard(guard, noticedBy, await playRow(row, { size, seed: 1, edits, signal }));
}
