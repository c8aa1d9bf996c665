import { parseArgs } from 'node:util';

export interface Options {
  readonly short: boolean;
  readonly jsonFile: string | undefined;
  readonly pageFile: string | undefined;
  /** Rows by number or name, peers' as `name/peer`, guards' as `guard/name`; undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
  readonly seed: number;
  /** Random schedules to run in place of the matrix; 0 for the matrix. */
  readonly runs: number;
}

export type OptionsResult =
  { readonly ok: true; readonly options: Options } | { readonly ok: false; readonly fault: string };

export const usage = `Usage: npm run conformance -- delivery [--short] [--json FILE] [--page FILE] [--row N,N] [--seed N] [--runs N]
  --short   a tenth of each fault, in six minutes
  --json    writes the report
  --page    writes a page
  --row     these rows alone, by number or name; a peer is ROW/PEER, a guard is guard/NAME
  --seed    of the choices that chance makes; 1 if not said
  --runs    so many random schedules of faults, from the seed on, in place of the matrix
`;

export function readOptions(args: readonly string[]): OptionsResult {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        short: { type: 'boolean', default: false },
        json: { type: 'string' },
        page: { type: 'string' },
        row: { type: 'string' },
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: '0' },
      },
    });
    const { short, json, page, row } = values;
    const numbers = { seed: Number(values.seed), runs: Number(values.runs) };
    for (const [name, number] of Object.entries(numbers)) {
      if (!Number.isSafeInteger(number) || number < 0) return { ok: false, fault: `--${name} must be a whole number.` };
    }
    const only = row === undefined ? undefined : new Set(row.split(','));
    return { ok: true, options: { short, jsonFile: json, pageFile: page, only, ...numbers } };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}
