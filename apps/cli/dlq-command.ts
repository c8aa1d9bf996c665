import { duration } from '../shared/duration.ts';
import { readArguments, type Options } from './arguments.ts';
import type { Drop } from './drop.ts';
import { pickTarget, readInstallation, type Env, type Refusal } from './environment.ts';
import type { Filter } from './filter.ts';
import { letterClasses } from './letter.ts';
import { mostLetters } from './reader.ts';
import type { Redrive } from './redrive.ts';
import type { ShowLetter } from './show.ts';
import type { DeadLetters } from './tools.ts';

export type DeadLettersCommand =
  | ({ readonly kind: 'dlq list' } & DeadLetters)
  | ({ readonly kind: 'dlq show' } & ShowLetter)
  | ({ readonly kind: 'dlq redrive' } & Redrive)
  | ({ readonly kind: 'dlq drop' } & Drop);

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const everywhere = { target: text, json: flag, hide: text };
const filters = {
  class: text,
  type: text,
  source: text,
  reason: text,
  'older-than': text,
  'newer-than': text,
  limit: text,
};
const optionsOf: Readonly<Record<string, Options>> = {
  list: { ...everywhere, ...filters },
  show: everywhere,
  redrive: { ...everywhere, ...filters, 'dry-run': flag, share: text, force: flag },
  drop: { ...everywhere, ...filters, 'dry-run': flag, yes: flag, to: text },
};

/** SQS' longest retention, and more than any letter can be old. */
const age = duration({ minMs: 0, maxMs: 14 * 86_400_000, says: 'must be 14d at most, as SQS keeps nothing longer' });

/** Long enough for a request to SQS, short enough for a person to wait after a crash. */
const hideTime = duration({ minMs: 2_000, maxMs: 3_600_000, says: 'must be from 2s to 1h' });

export function readDeadLetters(
  [verb = '', ...args]: readonly string[],
  env: Env,
  readFile: (path: string) => string,
): DeadLettersCommand | Refusal {
  const misused = (fault: string) => ({ kind: 'misused', noun: 'dlq', fault }) as const;
  const options = Object.hasOwn(optionsOf, verb) ? optionsOf[verb] : undefined;
  if (options === undefined) {
    return misused(`There is no command dlq${verb === '' ? '' : ` ${verb}`}: there are list, show, redrive and drop.`);
  }
  const read = readArguments('dlq', args, options);
  if (read.kind !== 'arguments') return read;

  const faults: string[] = [];
  const time = (name: string, rule: typeof age): number | undefined => {
    const value = read.text(name);
    if (value === undefined) return undefined;
    const result = rule.safeParse(value);
    if (result.success) return result.data;
    faults.push(`--${name} ${value} ${result.error.issues[0]?.message ?? ''}.`);
    return undefined;
  };
  const number = (name: string, otherwise: number, fits: (value: number) => boolean, says: string): number => {
    const value = read.text(name);
    if (value === undefined) return otherwise;
    if (/^\d+(\.\d+)?$/.test(value) && fits(Number(value))) return Number(value);
    faults.push(`--${name} ${value} ${says}.`);
    return otherwise;
  };
  const kind = read.text('class');
  const known = letterClasses.find((each) => each === kind);
  if (kind !== undefined && known === undefined) {
    faults.push(`--class ${kind} is none: there are ${letterClasses.join(', ')}.`);
  }
  const olderThanMs = time('older-than', age);
  const newerThanMs = time('newer-than', age);
  const [type, source, reason] = [read.text('type'), read.text('source'), read.text('reason')];
  const filter: Filter = {
    ...(known === undefined ? {} : { class: known }),
    ...(type === undefined ? {} : { type }),
    ...(source === undefined ? {} : { source }),
    ...(reason === undefined ? {} : { reason }),
    ...(olderThanMs === undefined ? {} : { olderThanMs }),
    ...(newerThanMs === undefined ? {} : { newerThanMs }),
  };
  const hideMs = time('hide', hideTime) ?? 300_000;
  const limit = number(
    'limit',
    mostLetters,
    (value) => Number.isInteger(value) && value >= 1 && value <= mostLetters,
    `is no whole number from 1 to ${mostLetters}, as many as SQS lets be hidden`,
  );
  const share = number(
    'share',
    0.2,
    (value) => value > 0 && value <= 1,
    'is no part of the limit: write a number over 0 and at most 1, such as 0.2',
  );

  const [first, ...more] = read.positionals;
  const id = verb === 'show' ? (first ?? '') : '';
  const named = verb === 'show' ? undefined : first;
  const name = read.text('target') ?? named;
  if (verb === 'show' && id === '') faults.push('Name the letter: dlq show ID.');
  if (more.length > 0) faults.push(`There is one argument too many: ${more.join(' ')}.`);
  if (named !== undefined && name !== named) faults.push(`Name one target: there are ${named} and ${name ?? ''}.`);
  if (faults.length > 0) return misused(faults.join('\n'));

  const installation = readInstallation(env, readFile);
  if (installation.kind !== 'installation') return installation;
  const picked = pickTarget('dlq', installation, name);
  if (picked.kind !== 'target') return picked;
  const base: DeadLetters = {
    target: picked.target,
    settings: picked.settings,
    instance: installation.instance,
    redisUrl: installation.redisUrl,
    json: read.is('json'),
    filter,
    limit,
    // SQS counts whole seconds.
    hideSeconds: Math.ceil(hideMs / 1_000),
  };
  switch (verb) {
    case 'show':
      return { kind: 'dlq show', ...base, id };
    case 'redrive':
      return { kind: 'dlq redrive', ...base, dryRun: read.is('dry-run'), share, force: read.is('force') };
    case 'drop':
      return { kind: 'dlq drop', ...base, dryRun: read.is('dry-run'), yes: read.is('yes'), to: read.text('to') };
    default:
      return { kind: 'dlq list', ...base };
  }
}
