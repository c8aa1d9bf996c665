import { open, readFile, rename, rm } from 'node:fs/promises';
import { newKey, parseKeyFile, type KeyRecord } from '../shared/keys.ts';
import type { RandomBytes } from '../shared/tracing.ts';
import { jsonLine, type Ended, type Print } from './print.ts';

export interface KeyList {
  /** The file of the keys. */
  readonly file: string;
  readonly json: boolean;
}

export interface KeyNew extends KeyList {
  readonly name: string;
  readonly types: readonly string[] | undefined;
  readonly targets: readonly string[] | undefined;
  /** `undefined`: never. */
  readonly expiresInMs: number | undefined;
}

export interface KeyRevoke extends KeyList {
  readonly id: string;
}

export interface KeysTools {
  readonly print: Print;
  readonly randomBytes: RandomBytes;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** Makes a key, adds its salted hash to the file, and prints the key alone on stdout, for a pipe or a variable. */
export async function makeKey(command: KeyNew, { print, randomBytes, now }: KeysTools): Promise<Ended> {
  const { file, name, types, targets, expiresInMs, json } = command;
  const expires = expiresInMs === undefined ? undefined : new Date(now() + expiresInMs).toISOString();
  const { key, record } = newKey(name, randomBytes, { types, targets, expires });
  await change(file, (records = []) => [...records, record]);
  await print.out(json ? jsonLine({ key, ...flat(record), file }) : key);
  print.tell(`This is shown once. ${file} holds its hash: ${describe(record, now())}.`);
  return { ok: true };
}

export async function listKeys({ file, json }: KeyList, { print, now }: KeysTools): Promise<Ended> {
  const records = await read(file);
  if (records === undefined) throw missing(file);
  for (const record of records) await print.out(json ? jsonLine(flat(record)) : describe(record, now()));
  return { ok: true };
}

/** Takes a key out of the file. Receivers that read the file know it no more within seconds. */
export async function revokeKey({ file, id, json }: KeyRevoke, { print }: KeysTools): Promise<Ended> {
  await change(file, (records) => {
    if (records === undefined) throw missing(file);
    const left = records.filter((record) => record.id !== id);
    if (left.length === records.length) throw new Error(`${file} holds no key ${id}: see keys list.`);
    // Receivers would not start with a file of no keys, and one that runs would keep the old.
    if (left.length === 0) throw new Error(`${id} is the only key in ${file}: make the next one first, with keys new.`);
    return left;
  });
  if (json) await print.out(jsonLine({ revoked: id, file }));
  else print.tell(`${file} holds ${id} no more.`);
  return { ok: true };
}

const missing = (file: string) => new Error(`${file} is not there: make a first key with keys new.`);

async function read(file: string): Promise<readonly KeyRecord[] | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return parseKeyFile(text);
}

/**
 * Writes the file anew, whole or not at all, readable by its owner alone. Whoever made the file beside it writes alone: of two
 * at once one would be lost.
 */
async function change(
  file: string,
  make: (records: readonly KeyRecord[] | undefined) => readonly KeyRecord[],
): Promise<void> {
  const beside = `${file}.new`;
  const handle = await open(beside, 'wx', 0o600).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new Error(`${beside} is there: another egw writes the keys. If none does, delete it and try again.`, {
      cause: error,
    });
  });
  try {
    const text = `${JSON.stringify({ keys: make(await read(file)) }, undefined, 2)}\n`;
    parseKeyFile(text);
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(beside, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}

function flat({ id, name, types, targets, expires }: KeyRecord) {
  return { id, name, types: types?.join() ?? null, targets: targets?.join() ?? null, expires: expires ?? null };
}

function describe({ id, name, types, targets, expires }: KeyRecord, nowMs: number): string {
  const ends = expires === undefined ? 'never expires' : `expires ${expires}`;
  return [
    id,
    name,
    `types ${types?.join(', ') ?? 'all'}`,
    `targets ${targets?.join(', ') ?? 'all'}`,
    Date.parse(expires ?? '') <= nowMs ? `expired ${expires ?? ''}` : ends,
  ].join('  ');
}
