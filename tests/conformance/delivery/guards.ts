import type { Edit } from '../tree.ts';
import { playRow } from './play-row.ts';
import type { Guard, RowRun } from './report.ts';
import type { Size } from './row.ts';
import { rows } from './rows/all.ts';

/** Taking one guard out of the gateway. */
interface Removal {
  readonly guard: string;
  /** The row that must notice. */
  readonly row: string;
  /** Enough of it for the wound to show. */
  readonly size: Size;
  readonly edits: readonly Edit[];
}

const scripts = 'apps/dispatcher/scripts';
const some: Size = { events: 4_000, injections: 10 };

export const removals: readonly Removal[] = [
  {
    guard: 'owner-check',
    row: 'dispatcher-frozen-keyless',
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
    row: 'visibility-ends',
    size: some,
    edits: [{ file: `${scripts}/claim.lua`, find: "r.state == 'h' and r.untilMs > ms then", replace: 'false then' }],
  },
  {
    guard: 'doubt-after-a-crash',
    row: 'dispatcher-killed-keyless',
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
    row: 'redis-lost-keyless',
    size: some,
    edits: [
      { file: `${scripts}/claim.lua`, find: 'take(receivedBefore and sentAtMs < bornMs)', replace: 'take(false)' },
    ],
  },
  {
    guard: 'done-is-remembered',
    row: 'redelivered-late',
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
    row: 'dead-letters-refused',
    size: { events: 1_000, injections: 10 },
    edits: [
      { file: 'apps/dispatcher/bury.ts', find: "      if (!sent) return 'not_yet';\n", replace: '      void sent;\n' },
    ],
  },
  {
    guard: 'handed-back-on-stop',
    row: 'dispatcher-stopped',
    size: some,
    edits: [{ file: 'apps/dispatcher/app.ts', find: '      await handBackReady(0);\n    },', replace: '    },' }],
  },
  {
    guard: 'throttles-cost-nothing',
    row: 'throttled',
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
    row: 'outage',
    size: { events: 4_000, injections: 1 },
    edits: [{ file: `${scripts}/circuit.lua`, find: 'if #words(row) >= circuitRow or', replace: 'if false and' }],
  },
  {
    guard: 'asked-before-sent-again',
    row: 'asked-for',
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
    guard: 'each-entry-confirmed',
    row: 'sends-fail',
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
    row: 'retention',
    size: { events: 3_000, injections: 1 },
    edits: [
      {
        file: 'apps/dispatcher/retention.ts',
        find: 'now() - sentAtMs > retentionMs - leftMs',
        replace: 'sentAtMs < 0',
      },
    ],
  },
];

/** Plays, without one guard, the row that must notice. */
export async function checkGuard({ guard, row: name, size, edits }: Removal, signal: AbortSignal): Promise<Guard> {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no row ${name}`);
  const run = await playRow(row, { size, seed: 1, edits, signal });
  return { guard, row: name, red: run.verdict === 'broken', figure: figureOf(run) };
}

function figureOf({ bounds }: RowRun): string {
  const broken = bounds.filter(({ ok }) => !ok);
  if (broken.length === 0) return 'nothing was broken';
  return broken.map(({ name, figure, bound }) => `${name}: ${figure ?? '–'}, asked: ${bound}`).join('; ');
}
