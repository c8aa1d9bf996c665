import { dirname, resolve } from 'node:path';
import { duration } from '../shared/duration.ts';
import { keyName } from '../shared/keys.ts';
import { scopeMembers } from '../shared/scope.ts';
import { readArguments, type Arguments, type Options } from './arguments.ts';
import { readInstallation, type Env, type Refusal } from './environment.ts';
import type { KeyList, KeyNew, KeyRevoke } from './keys.ts';

export type KeysCommand =
  | ({ readonly kind: 'keys new' } & KeyNew)
  | ({ readonly kind: 'keys list' } & KeyList)
  | ({ readonly kind: 'keys revoke' } & KeyRevoke);

const text = { type: 'string' } as const;
const everywhere = { file: text, json: { type: 'boolean' } } as const;
const optionsOf: Readonly<Record<string, Options>> = {
  new: { ...everywhere, name: text, types: text, targets: text, expires: text },
  list: everywhere,
  revoke: everywhere,
};

/** An hour for a trial; ten years are as good as never, which is said by leaving it out. */
const lifetime = duration({ minMs: 3_600_000, maxMs: 3_650 * 86_400_000, says: 'must be from 1h to 3650d' });

export function readKeys(
  [verb = '', ...args]: readonly string[],
  env: Env,
  readFile: (path: string) => string,
): KeysCommand | Refusal {
  const misused = (fault: string) => ({ kind: 'misused', noun: 'keys', fault }) as const;
  const options = Object.hasOwn(optionsOf, verb) ? optionsOf[verb] : undefined;
  if (options === undefined) {
    return misused(`There is no command keys${verb === '' ? '' : ` ${verb}`}: there are new, list and revoke.`);
  }
  const read = readArguments('keys', args, options);
  if (read.kind !== 'arguments') return read;
  const [id, ...more] = verb === 'revoke' ? read.positionals : [undefined, ...read.positionals];
  if (more.length > 0) return misused(`There is one argument too many: ${more.join(' ')}.`);
  if (verb === 'revoke' && id === undefined) return misused('Name the key: keys revoke ID, as keys list shows it.');
  const wanted = verb === 'new' ? readNew(read) : undefined;
  if (wanted !== undefined && 'faults' in wanted) return misused(wanted.faults.join('\n'));
  const found = findFile(read, env, readFile);
  if (found.kind !== 'file') return found;
  const base = { file: found.file, json: read.is('json') };
  if (wanted !== undefined) return { kind: 'keys new', ...base, ...wanted };
  return id === undefined ? { kind: 'keys list', ...base } : { kind: 'keys revoke', ...base, id };
}

type Wanted = Omit<KeyNew, keyof KeyList>;

function readNew(read: Arguments): Wanted | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const checked = <T>(name: string, rule: { safeParse: (value: unknown) => ParseResult<T> }, value: unknown) => {
    const result = rule.safeParse(value);
    if (result.success) return result.data;
    faults.push(`--${name} ${read.text(name) ?? ''} ${result.error.issues[0]?.message ?? ''}.`);
    return undefined;
  };
  const listed = (name: 'types' | 'targets') => {
    const value = read.text(name)?.split(',');
    return value && checked(name, scopeMembers[name], value);
  };
  const name = read.text('name');
  if (name === undefined) faults.push('Name the sender: keys new --name NAME.');
  else checked('name', keyName, name);
  const [types, targets] = [listed('types'), listed('targets')];
  const expires = read.text('expires');
  const expiresInMs = expires === undefined ? undefined : checked('expires', lifetime, expires);
  return faults.length > 0 ? { faults } : { name: name ?? '', types, targets, expiresInMs };
}

type ParseResult<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: { readonly issues: readonly { readonly message: string }[] } };

function findFile(
  read: Arguments,
  env: Env,
  readFile: (path: string) => string,
): { readonly kind: 'file'; readonly file: string } | Refusal {
  const named = read.text('file');
  if (named === '') return { kind: 'misused', noun: 'keys', fault: '--file is empty.' };
  if (named !== undefined) return { kind: 'file', file: named };
  if (env['EGW_CONFIG'] === undefined) {
    return { kind: 'misused', noun: 'keys', fault: 'Name the file of the keys: --file FILE, or EGW_CONFIG.' };
  }
  const installation = readInstallation(env, readFile);
  if (installation.kind !== 'installation') return installation;
  const { auth, file } = installation;
  if (auth.apiKeys !== undefined) return { kind: 'file', file: resolve(dirname(file), auth.apiKeys.file) };
  const message = `names no file of keys in ${file}: give --file FILE`;
  return { kind: 'faults', faults: [{ path: 'auth.apiKeys', message }] };
}
