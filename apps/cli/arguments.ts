import { parseArgs } from 'node:util';
import type { Refusal } from './environment.ts';

export interface Arguments {
  readonly kind: 'arguments';
  readonly positionals: readonly string[];
  readonly text: (name: string) => string | undefined;
  readonly is: (name: string) => boolean;
}

export type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** Reads options; the first fault is told with the options that there are. */
export function readArguments(noun: string, args: readonly string[], options: Options): Arguments | Refusal {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return {
      kind: 'arguments',
      positionals,
      text(name) {
        const value = values[name];
        return typeof value === 'string' ? value : undefined;
      },
      is: (name) => values[name] === true,
    };
  } catch (error) {
    // Node's own words name the option and the value; what follows them is about arguments that begin with a dash.
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split('. To specify');
    const known = Object.keys(options).map((name) => `--${name}`);
    return { kind: 'misused', noun, fault: `${said.replace(/\.?$/, '.')} There are ${known.join(', ')}.` };
  }
}
