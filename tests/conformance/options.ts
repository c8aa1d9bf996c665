import { parseArgs } from 'node:util';

/** What any proof can be asked. */
export interface Options {
  readonly short: boolean;
  readonly jsonFile: string | undefined;
  readonly pageFile: string | undefined;
  /** What alone is played: names, a peer's as `name/peer`, a guard's as `guard/name`; undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
  /** Of the choices that chance makes. */
  readonly seed: number;
  /** Random schedules to play in place of all else; 0 for none. */
  readonly runs: number;
}

export type OptionsResult =
  { readonly ok: true; readonly options: Options } | { readonly ok: false; readonly fault: string };

/** `takes`: what this proof knows beyond `--short`, `--json` and `--page`. */
export function readOptions(
  args: readonly string[],
  takes: readonly ('only' | 'row' | 'seed' | 'runs')[],
): OptionsResult {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        short: { type: 'boolean', default: false },
        json: { type: 'string' },
        page: { type: 'string' },
        only: { type: 'string' },
        row: { type: 'string' },
        seed: { type: 'string' },
        runs: { type: 'string' },
      },
    });
    const foreign = (['only', 'row', 'seed', 'runs'] as const).filter(
      (name) => values[name] !== undefined && !takes.includes(name),
    );
    if (foreign.length > 0) return { ok: false, fault: `This proof takes no --${foreign.join(', no --')}.` };
    const { short, json: jsonFile, page: pageFile, only: names = values.row } = values;
    const { seed = '1', runs = '0' } = values;
    for (const [name, text] of Object.entries({ seed, runs }))
      if (!/^\d{1,9}$/.test(text)) return { ok: false, fault: `--${name} must be a whole number, not "${text}".` };
    const only = names === undefined ? undefined : new Set(names.split(','));
    return { ok: true, options: { short, jsonFile, pageFile, only, seed: Number(seed), runs: Number(runs) } };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}

export function isWanted(name: string, { only }: Options): boolean {
  return only?.has(name) ?? true;
}

/** The short form leaves guards out that are not asked for. */
export function isGuardWanted(guard: string, { only, short }: Options): boolean {
  return only?.has(`guard/${guard}`) ?? !short;
}
