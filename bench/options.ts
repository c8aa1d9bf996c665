import { parseArgs } from 'node:util';

export interface Options {
  /** Undefined for all. */
  readonly section: string | undefined;
  readonly short: boolean;
  readonly jsonFile: string | undefined;
  /** Writes the figures down as what later runs are compared with. */
  readonly keep: boolean;
}

export type OptionsResult =
  { readonly ok: true; readonly options: Options } | { readonly ok: false; readonly fault: string };

export function readOptions(args: readonly string[], names: readonly string[]): OptionsResult {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        short: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    });
    const [section, ...more] = positionals;
    if (more.length > 0) return { ok: false, fault: `One section or all of them, not ${positionals.join(', ')}.` };
    if (section !== undefined && !names.includes(section))
      return { ok: false, fault: `There is no section ${section}: write ${names.join(', ')}.` };
    return { ok: true, options: { section, short: values.short, jsonFile: values.json, keep: values.keep } };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}
