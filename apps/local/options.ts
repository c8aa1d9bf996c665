import { parseArgs } from 'node:util';

export interface Options {
  readonly events: number;
  /** End by itself when the burst is settled. */
  readonly ends: boolean;
  readonly json: boolean;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'fault'; readonly message: string };

export const help = `Usage: npm start [-- options]

Runs the whole gateway on this machine: a receiver, two dispatchers and a GraphQL API that allows 5 calls a second,
on an embedded queue and an embedded Redis. Sends a burst of real events and shows them arrive.

  --events N   send N events, and end when all are settled (otherwise 500, and it stays up until Ctrl-C)
  --json       the last line on stdout is one JSON object with the figures; the rest goes to stderr
  --help       this text

PORT (8080), AWS_ENDPOINT_URL_SQS and REDIS_URL choose another port, a queue and a Redis of your own.
It exits with 0 only when nothing was lost, nothing took effect twice, and the limit held.
`;

/** More would take a day at 5 calls a second. */
const mostEvents = 400_000;

export function parseOptions(argv: readonly string[]): ParsedOptions {
  let values: { events?: string; json?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: { events: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    return { kind: 'fault', message: `${message}: run "npm start -- --help" to see what there is` };
  }
  if (values.help === true) return { kind: 'help' };
  const events = Number(values.events ?? 500);
  if (!Number.isInteger(events) || events < 1 || events > mostEvents) {
    return {
      kind: 'fault',
      message: `--events ${values.events ?? ''} is no number of events: give a whole number from 1 to ${mostEvents}`,
    };
  }
  return { kind: 'run', options: { events, ends: values.events !== undefined, json: values.json === true } };
}
