import { play } from './play.ts';
import { judgeGuard, type Guard } from './proof.ts';
import { scenarios } from './scenarios/all.ts';
import { withEdits, type Edit } from './tree.ts';

/** Taking one guard out of the limiter. */
interface Removal {
  readonly guard: string;
  /** The scenario that must. */
  readonly noticedBy: string;
  readonly edits: readonly Edit[];
}

export const removals: readonly Removal[] = [
  {
    guard: 'margin',
    noticedBy: 'steady-50',
    edits: [
      {
        file: 'apps/dispatcher/pace.ts',
        find: '({ calls, per }) => ({ calls, closingMs: per + margin, shareCalls: shareOf(calls) })',
        replace: '({ calls, per }) => ({ calls, closingMs: per, shareCalls: shareOf(calls) })',
      },
    ],
  },
  {
    guard: 'late-drop',
    noticedBy: 'stalls-50',
    edits: [
      {
        file: 'apps/dispatcher/connection.ts',
        find: 'now() <= slot.lateMs && mayWrite()',
        replace: 'mayWrite()',
      },
    ],
  },
  {
    guard: 'cold-start',
    noticedBy: 'redis-restarted-empty',
    edits: [
      {
        file: 'apps/dispatcher/scripts/permit.lua',
        find: "redis.call('GET', KEYS[1]) or int(us + H + W)",
        replace: "redis.call('GET', KEYS[1]) or int(us)",
      },
      // A Redis that was restarted is another one, too, which alone would close the limit.
      {
        file: 'apps/dispatcher/scripts/permit.lua',
        find: 'if stepped or replaced then',
        replace: 'if stepped then',
      },
    ],
  },
  {
    guard: 'in-flight-lease-expiry',
    noticedBy: 'max-in-flight',
    edits: [
      {
        file: 'apps/dispatcher/scripts/permit.lua',
        find: "redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', int(us))",
        replace: '',
      },
    ],
  },
  {
    guard: 'longest-pause',
    noticedBy: 'throttled-twice',
    // It stands twice: Redis keeps it for pods that come later, each pod for what it is told.
    edits: [
      {
        file: 'apps/dispatcher/pause.ts',
        find: 'if (now() + leftMs <= untilMs) return;',
        replace: '',
      },
      {
        file: 'apps/dispatcher/scripts/pause.lua',
        find: 'if tonumber(w[1]) >= untilMs then untilMs, reason = tonumber(w[1]), w[2] end',
        replace: '',
      },
    ],
  },
];

/** Plays, without one guard, the scenario that must notice; in its short form, as a wound shows at once. */
export async function checkGuard({ guard, noticedBy, edits }: Removal, signal: AbortSignal): Promise<Guard> {
  const scenario = scenarios.find(({ name }) => name === noticedBy);
  if (scenario === undefined) throw new Error(`There is no scenario ${noticedBy}`);
  const run = await withEdits(edits, (root) => play(scenario, { short: true, root, signal }));
  return judgeGuard(guard, noticedBy, run);
}
