import { hash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { createScope, scopeMembers, type Scope, type ScopeMembers } from './scope.ts';
import type { RandomBytes } from './tracing.ts';

/**
 * An API key: `egw_<id>_<secret><checksum>`. The prefix and the checksum let secret scanners find a leaked one and let
 * us tell a mistyped key from a wrong one; the id finds the record without a scan.
 */
const keyPattern = /^egw_([0-9a-f]{12})_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/** Each record has two series of metrics, and a pod may have 5,000. */
const mostKeys = 1_000;

export const keyName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'is no name: letters, digits, dots, dashes and underscores, 64 at most, the first a letter or digit',
  );

/**
 * What is stored of a key. A fast hash is right for 256 bits of randomness, and a slow one would be a way to keep the
 * receiver busy (OWASP ASVS 5.0, 6.5.2). Two records of one name are two keys of one sender, for rotation.
 */
const keyRecord = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: keyName,
  salt: z.string().min(16),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  ...scopeMembers,
  expires: z.iso.datetime({ error: 'is no time: write such as 2027-01-31T00:00:00Z' }).optional(),
});

const keyFile = z.strictObject({
  keys: z
    .array(keyRecord)
    .min(1)
    .max(mostKeys)
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'holds two records of one id'),
});

export type KeyRecord = z.output<typeof keyRecord>;

export type KeyCheck =
  | { readonly ok: true; readonly id: string; readonly name: string; readonly scope: Scope }
  | { readonly ok: false; readonly fault: 'malformed' | 'unknown' | 'expired' };

function digestOf(salt: string, key: string): Buffer {
  return hash('sha256', salt + key, 'buffer');
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

export interface NewKey {
  /** Shown once and stored nowhere. */
  readonly key: string;
  readonly record: KeyRecord;
}

/** Makes a key. `expires`: a time in ISO 8601. */
export function newKey(
  name: string,
  randomBytes: RandomBytes,
  { types, targets, expires }: ScopeMembers & { readonly expires?: string | undefined } = {},
): NewKey {
  const id = randomBytes(6).toString('hex');
  const body = `egw_${id}_${randomBytes(32).toString('base64url')}`;
  const key = body + checksum(body);
  const salt = randomBytes(16).toString('base64url');
  return {
    key,
    record: {
      id,
      name,
      salt,
      sha256: digestOf(salt, key).toString('hex'),
      ...(types === undefined ? {} : { types: [...types] }),
      ...(targets === undefined ? {} : { targets: [...targets] }),
      ...(expires === undefined ? {} : { expires }),
    },
  };
}

/** Reads a key file; throws a sentence that names what is wrong with it, and never shows its content. */
export function parseKeyFile(text: string): readonly KeyRecord[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error('The key file is not JSON');
  }
  const result = keyFile.safeParse(document);
  if (result.success) return result.data.keys;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The key file is not of the form { keys: [{ id, name, salt, sha256 }] }: ${faults.join('; ')}`);
}

/** The id of a key, which is no secret; `undefined` where it is none of ours. */
export function idOfKey(key: string): string | undefined {
  const [, id, , sum] = keyPattern.exec(key) ?? [];
  return sum !== undefined && checksum(key.slice(0, -8)) === sum ? id : undefined;
}

/**
 * Compares in constant time, and does the same work for an unknown id as for a known one. A key that opened is known by its
 * text from then on: a digest for each request would be most of this step, and a lookup among whole keys, by their hash, tells
 * nothing of how near another text comes. `clock`: ms since 1970.
 */
export function createKeyCheck(records: readonly KeyRecord[], clock: () => number): (key: string) => KeyCheck {
  const byId = new Map(
    records.map((record) => [
      record.id,
      {
        ...record,
        digest: Buffer.from(record.sha256, 'hex'),
        scope: createScope(record),
        endsAtMs: Date.parse(record.expires ?? ''),
      },
    ]),
  );
  const nobody = { salt: '0'.repeat(22), digest: Buffer.alloc(32) };
  type Known = typeof byId extends Map<string, infer Value> ? Value : never;
  /** No more than there are records, as each has one key. */
  const opened = new Map<string, Known>();
  const find = (key: string): Known | 'malformed' | 'unknown' => {
    const id = idOfKey(key);
    if (id === undefined) return 'malformed';
    const record = byId.get(id);
    const { salt, digest } = record ?? nobody;
    const same = timingSafeEqual(digestOf(salt, key), digest);
    if (!same || record === undefined) return 'unknown';
    opened.set(key, record);
    return record;
  };
  return (key) => {
    const record = opened.get(key) ?? find(key);
    if (typeof record === 'string') return { ok: false, fault: record };
    // Only whoever has the key learns that it has ended. NaN, where it never does, is in nobody's past.
    if (record.endsAtMs <= clock()) return { ok: false, fault: 'expired' };
    return { ok: true, id: record.id, name: record.name, scope: record.scope };
  };
}
