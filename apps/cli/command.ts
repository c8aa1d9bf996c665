import { readCapacity, type PlanCapacity } from './capacity-command.ts';
import { readDeadLetters, type DeadLettersCommand } from './dlq-command.ts';
import { duration } from '../shared/duration.ts';
import type { AwaitEnd } from './await-end.ts';
import { nameOfSender, pickTarget, readInstallation, readSender, type Env, type Refusal } from './environment.ts';
import type { LimitOpen } from './limit-open.ts';
import { readArguments } from './arguments.ts';
import { readKeys, type KeysCommand } from './keys-command.ts';
import type { Send } from './send.ts';
import type { Status } from './status.ts';

export type Command =
  | ({ readonly kind: 'limit open' } & LimitOpen)
  | ({ readonly kind: 'status' } & Status)
  | ({ readonly kind: 'send' } & Send)
  | ({ readonly kind: 'capacity' } & PlanCapacity)
  | DeadLettersCommand
  | KeysCommand
  | { readonly kind: 'help'; readonly noun: string | undefined }
  | Refusal;

/** Reads what is asked for, and all that it needs to be done. */
export function readCommand(args: readonly string[], env: Env, readFile: (path: string) => string): Command {
  const [noun, ...rest] = args;
  if (noun === undefined || noun === 'help' || noun === '--help') return { kind: 'help', noun: rest[0] };
  if (args.includes('--help')) return { kind: 'help', noun };
  switch (noun) {
    case 'limit':
      return readLimit(rest, env, readFile);
    case 'dlq':
      return readDeadLetters(rest, env, readFile);
    case 'keys':
      return readKeys(rest, env, readFile);
    case 'status':
      return readStatus(rest, env, readFile);
    case 'send':
      return readSend(rest, env, readFile);
    case 'capacity':
      return readCapacity(rest);
    default:
      return {
        kind: 'misused',
        noun: undefined,
        fault: `There is no command ${args.join(' ')}: there are limit, dlq, keys, status, send and capacity.`,
      };
  }
}

function readLimit([verb, target, ...more]: readonly string[], env: Env, readFile: (path: string) => string): Command {
  const misused = (fault: string) => ({ kind: 'misused', noun: 'limit', fault }) as const;
  if (verb !== 'open')
    return misused(`There is no command ${['limit', verb, target, ...more].filter(Boolean).join(' ')}.`);
  if (target === undefined || more.length > 0) return misused('Name one target.');
  const installation = readInstallation(env, readFile);
  if (installation.kind !== 'installation') return installation;
  const picked = pickTarget('limit', installation, target);
  if (picked.kind !== 'target') return picked;
  const { instance, redisUrl } = installation;
  return { kind: 'limit open', target, windows: picked.settings.limit.windows, instance, redisUrl };
}

function readStatus(args: readonly string[], env: Env, readFile: (path: string) => string): Command {
  const read = readArguments('status', args, { json: { type: 'boolean' }, target: { type: 'string' } });
  if (read.kind !== 'arguments') return read;
  const installation = readInstallation(env, readFile);
  if (installation.kind !== 'installation') return installation;
  const option = read.text('target');
  const named = option === undefined ? read.positionals : [...read.positionals, option];
  const targets: { target: string; settings: (typeof installation.targets)[string] }[] = [];
  for (const name of named.length > 0 ? named : Object.keys(installation.targets)) {
    const picked = pickTarget('status', installation, name);
    if (picked.kind !== 'target') return picked;
    targets.push(picked);
  }
  const { instance, redisUrl } = installation;
  return { kind: 'status', targets, instance, redisUrl, json: read.is('json') };
}

function readSend(args: readonly string[], env: Env, readFile: (path: string) => string): Command {
  const text = { type: 'string' } as const;
  const read = readArguments('send', args, {
    json: { type: 'boolean' },
    url: text,
    id: text,
    type: text,
    source: text,
    wait: text,
  });
  if (read.kind !== 'arguments') return read;
  const [file, ...more] = read.positionals;
  const misused = (fault: string) => ({ kind: 'misused', noun: 'send', fault }) as const;
  if (more.length > 0) return misused(`Name one file: there are ${[file, ...more].join(', ')}.`);
  const url = read.text('url');
  if (url !== undefined && !/^https?:\/\//.test(URL.canParse(url) ? url : '')) {
    return misused(`--url ${url} is no http(s) URL: write such as http://127.0.0.1:8080.`);
  }
  for (const name of ['id', 'type', 'source']) if (read.text(name) === '') return misused(`--${name} is empty.`);
  const sender = readSender(env);
  if (sender.kind !== 'sender') return sender;
  const wait = readWait(read.text('wait'), sender.key, env, readFile);
  if (wait !== undefined && 'kind' in wait) return wait;
  return {
    kind: 'send',
    file: file === '-' ? undefined : file,
    url: url ?? sender.url,
    key: sender.key,
    id: read.text('id'),
    type: read.text('type'),
    source: read.text('source'),
    json: read.is('json'),
    wait,
  };
}

const waiting = duration({ minMs: 1_000, maxMs: 86_400_000, says: 'must be from 1s to 1d' });

/** `--wait`: it needs to know of the installation what no other sender does. */
function readWait(
  text: string | undefined,
  key: string | undefined,
  env: Env,
  readFile: (path: string) => string,
): AwaitEnd | undefined | Refusal {
  if (text === undefined) return undefined;
  const read = waiting.safeParse(text);
  if (!read.success) {
    const [{ message } = { message: '' }] = read.error.issues;
    return { kind: 'misused', noun: 'send', fault: `--wait ${text} ${message}.` };
  }
  const installation = readInstallation(env, readFile);
  if (installation.kind !== 'installation') return installation;
  const sender = nameOfSender(installation, key, readFile);
  if (sender.kind !== 'name') return sender;
  const { instance, redisUrl } = installation;
  return { waitMs: read.data, instance, redisUrl, sender: sender.name };
}
