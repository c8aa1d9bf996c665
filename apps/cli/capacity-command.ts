import { duration } from '../shared/duration.ts';
import { limit as limitSchema, isPaced, type Limit } from '../shared/limit-config.ts';
import { maxEventBytes } from '../shared/limits.ts';
import { readArguments, type Arguments } from './arguments.ts';
import type { Load } from './capacity.ts';
import type { Refusal } from './environment.ts';

export interface PlanCapacity {
  readonly load: Load;
  /** The short window that `gateway.yaml` would need besides, where only long ones were given. */
  readonly assumed: Limit['windows'][number] | undefined;
  readonly json: boolean;
}

const text = { type: 'string' } as const;
const options = {
  rate: text,
  limit: text,
  size: text,
  targets: text,
  burst: text,
  latency: text,
  concurrency: text,
  retention: text,
  json: { type: 'boolean' },
} as const;

type Option = keyof typeof options;

/** Bounds as `gateway.yaml` and SQS have them. */
const latency = duration({ minMs: 1, maxMs: 60_000, says: 'must be from 1ms to 60s' });
const retention = duration({ minMs: 60_000, maxMs: 14 * 86_400_000, says: 'must be from 1m to 14d, as SQS has it' });

const sizes = { B: 1, KB: 1_024, MB: 1_048_576 } as const;

export function readCapacity(args: readonly string[]): ({ readonly kind: 'capacity' } & PlanCapacity) | Refusal {
  const read = readArguments('capacity', args, options);
  if (read.kind !== 'arguments') return read;
  const faults: string[] = [];
  if (read.positionals.length > 0) faults.push(`There is an argument too many: ${read.positionals.join(' ')}.`);
  const { number, time } = readersOf(read, faults);
  const eventsPerSecond = readRate(read.text('rate'), faults);
  const limit = readLimit(read.text('limit'), number('concurrency', 5, 1_000), faults);
  const load = {
    eventsPerSecond,
    bytes: readSize(read.text('size') ?? '1KB', faults),
    targets: number('targets', 1, 10_000),
    burst: number('burst', 0, 1_000_000_000_000),
    latencyMs: time('latency', '1s', latency),
    retentionMs: time('retention', '14d', retention),
  };
  if (limit === undefined || faults.length > 0) return { kind: 'misused', noun: 'capacity', fault: faults.join('\n') };
  return { kind: 'capacity', load: { ...load, limit: limit.limit }, assumed: limit.assumed, json: read.is('json') };
}

function readersOf(read: Arguments, faults: string[]) {
  return {
    number: (name: Option, otherwise: number, most: number): number => {
      const value = read.text(name);
      if (value === undefined) return otherwise;
      if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= most) return Number(value);
      faults.push(
        `--${name} ${value} is no whole number from 1 to ${most}: write one, or leave it out for ${otherwise}.`,
      );
      return otherwise;
    },
    time: (name: Option, otherwise: string, rule: typeof latency): number => {
      const value = read.text(name) ?? otherwise;
      const result = rule.safeParse(value);
      if (result.success) return result.data;
      faults.push(`--${name} ${value} ${result.error.issues[0]?.message ?? ''}.`);
      return 0;
    },
  };
}

/** More than any queue was ever sent; past it the figures of the model mean nothing. */
const mostPerSecond = 10_000_000;

function readRate(value: string | undefined, faults: string[]): number {
  const [, amount] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(value ?? '') ?? [];
  if (Number(amount) > 0 && Number(amount) <= mostPerSecond) return Number(amount);
  if (value === undefined) faults.push('Name the rate: --rate 5000, events that come for a target each second.');
  else
    faults.push(`--rate ${value} is no number over 0 and at most ${mostPerSecond}: write events a second, such as 50.`);
  return 0;
}

function readSize(value: string, faults: string[]): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(B|KB|MB)$/.exec(value) ?? [];
  if (amount === undefined) {
    faults.push(`--size ${value} is no size: write a number and B, KB or MB, such as 500B or 2KB.`);
    return 0;
  }
  const bytes = Math.ceil(Number(amount) * sizes[unit as keyof typeof sizes]);
  if (bytes >= 1 && bytes <= maxEventBytes) return bytes;
  faults.push(
    `--size ${value} is the size of no event: write from 1B to ${maxEventBytes}B, the largest that is taken.`,
  );
  return 0;
}

interface ReadLimit {
  readonly limit: Limit;
  readonly assumed: PlanCapacity['assumed'];
}

/** `5/s`, `1000/m`, `5/s,4000/h`: `windows` of `gateway.yaml` in one word. */
function readLimit(value: string | undefined, concurrency: number, faults: string[]): ReadLimit | undefined {
  if (value === undefined) {
    faults.push('Name the limit: --limit 100/s, calls of a target in any second; several as in 5/s,4000/h.');
    return undefined;
  }
  const windows: { readonly calls: number; readonly per: string }[] = [];
  const read: Limit['windows'] = [];
  for (const part of value.split(',')) {
    const [, calls, count, unit] = /^(\d+)\/(\d*)(ms|s|m|h|d)$/.exec(part) ?? [];
    if (calls === undefined || unit === undefined) {
      faults.push(`--limit ${part} is no limit: write calls and a duration, such as 5/s, 1000/m or 20/10s.`);
      return undefined;
    }
    const window = { calls: Number(calls), per: `${count === '' ? '1' : (count ?? '')}${unit}` };
    const result = limitSchema.shape.windows.element.safeParse(window);
    if (!result.success) {
      const [{ path, message } = { path: [], message: '' }] = result.error.issues;
      faults.push(
        path[0] === 'calls'
          ? `--limit ${part} allows ${calls} calls: write from 1 to 100000000.`
          : `--limit ${part}: ${window.per} ${message}.`,
      );
      return undefined;
    }
    windows.push(window);
    read.push(result.data);
  }
  const assumed = read.some(isPaced) ? undefined : { calls: Math.ceil(Math.min(...read.map(perSecond))), per: 1_000 };
  const given = assumed === undefined ? windows : [...windows, { calls: assumed.calls, per: '1s' }];
  const whole = limitSchema.safeParse({ windows: given, concurrency });
  if (whole.success) return { limit: whole.data, assumed };
  faults.push(`--limit ${value} ${whole.error.issues[0]?.message ?? ''}.`);
  return undefined;
}

const perSecond = ({ calls, per }: Limit['windows'][number]) => (calls * 1_000) / per;
