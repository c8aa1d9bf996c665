import { parseArgs } from 'node:util';

export interface Options {
  readonly short: boolean;
  readonly jsonFile: string | undefined;
  readonly pageFile: string | undefined;
  /** Names of scenarios, peers' as `scenario/peer`, guards' as `guard/name`; undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
}

export type OptionsResult =
  { readonly ok: true; readonly options: Options } | { readonly ok: false; readonly fault: string };

export const usage = `Usage: npm run conformance -- limit [--short] [--json FILE] [--page FILE] [--only NAME,NAME]
  --short   a chosen part of it, in three minutes
  --json    writes the report
  --page    writes a page that shows every call
  --only    these scenarios alone; a peer is SCENARIO/PEER, a guard is guard/NAME
`;

export function readOptions(args: readonly string[]): OptionsResult {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        short: { type: 'boolean', default: false },
        json: { type: 'string' },
        page: { type: 'string' },
        only: { type: 'string' },
      },
    });
    const { short, json, page, only } = values;
    const names = only === undefined ? undefined : new Set(only.split(','));
    return { ok: true, options: { short, jsonFile: json, pageFile: page, only: names } };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}
