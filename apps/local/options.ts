import { parseArgs } from 'node:util';

export interface Options {
  /** How many events are sent; `ends` tells whether that is all. */
  readonly events: number;
  readonly ends: boolean;
  readonly json: boolean;
  /** Prometheus runs beside the pipeline, where it is installed. */
  readonly observe: boolean;
  /** Of the receiver; 0 for any that is free. */
  readonly port: number;
  readonly debug: boolean;
  /** An SQS to use in place of the embedded one. */
  readonly sqsEndpoint: string | undefined;
  /** A Redis to use in place of the embedded one. */
  readonly redisUrl: string | undefined;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'fault'; readonly sentence: string };

/** A minute and 40 seconds at 5 a second: long enough to watch, short enough to wait for. */
const defaultEvents = 500;

/** More than five hours at 5 a second; whoever wants more wants a benchmark. */
const maxEvents = 100_000;

export const help = `npm start [-- --events N] [--json] [--observe]

Takes a burst of ${defaultEvents} events through the whole pipeline, on this machine: a receiver, two dispatchers, and
an API that takes 5 calls a second. Then it stays up for events of your own, until Ctrl-C.

  --events N   send N events and end when all are settled; exit 0 only when nothing was lost,
               nothing took effect twice, and the limit held in every second
  --json       human output on stderr; one JSON object as the last line on stdout
  --observe    starts Prometheus beside it, with the alerts that the chart installs, and tells where it is
  --help       this

The object: { accepted, delivered, duplicates, dead_lettered, lost, worst_second, limit, utilisation, ack_p50_ms,
ack_p99_ms, first_delivery_ms (since the command began), seconds (since the first event was sent) }.

PORT (8080) is the receiver's. AWS_ENDPOINT_URL_SQS and REDIS_URL name an SQS and a Redis to use in place of the
embedded ones. NO_COLOR and CI are honoured; LOG_LEVEL=debug fills the logs.
`;

const known = 'there are --events N, --json, --observe and --help';

/** Reads arguments and environment; the first fault is told in one sentence that says what to do. */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedOptions {
  const fault = (sentence: string) => ({ kind: 'fault', sentence }) as const;
  const set = (name: string) => (env[name] === '' ? undefined : env[name]);
  // Not strict, as its own errors do not say which options there are.
  const { tokens, values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string' },
      json: { type: 'boolean' },
      observe: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') return fault(`Unexpected argument ${token.value}: ${known}.`);
    if (token.kind !== 'option') continue;
    if (!['events', 'json', 'observe', 'help'].includes(token.name))
      return fault(`Unknown option ${token.rawName}: ${known}.`);
    if (token.name !== 'events' && token.value !== undefined)
      return fault(`${token.rawName} takes no value, but was given ${token.value}.`);
  }
  if (values.help !== undefined) return { kind: 'help' };
  const given = values.events;
  const events = given === undefined ? defaultEvents : wholeNumber(given, 1, maxEvents);
  if (events === undefined) return fault(`--events needs a whole number from 1 to ${maxEvents}: ${seen(given)}.`);
  const port = wholeNumber(set('PORT') ?? '8080', 0, 65_535);
  if (port === undefined) return fault(`PORT needs a whole number from 0 to 65535: ${seen(env['PORT'])}.`);
  return {
    kind: 'run',
    options: {
      events,
      ends: given !== undefined,
      json: values.json !== undefined,
      observe: values.observe !== undefined,
      port,
      debug: env['LOG_LEVEL'] === 'debug',
      sqsEndpoint: set('AWS_ENDPOINT_URL_SQS'),
      redisUrl: set('REDIS_URL'),
    },
  };
}

function seen(value: unknown): string {
  return typeof value === 'string' ? `it is ${JSON.stringify(value)}` : 'none is given';
}

function wholeNumber(text: string | boolean, min: number, max: number): number | undefined {
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
