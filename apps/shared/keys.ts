import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { RandomBytes } from './tracing.ts';

/**
 * An API key: `egw_<id>_<secret><checksum>`. The prefix and the checksum let secret scanners find a leaked one and let
 * us tell a mistyped key from a wrong one; the id finds the record without a scan.
 */
const keyPattern = /^egw_([0-9a-f]{12})_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/**
 * What is stored of a key. A fast hash is right for 256 bits of randomness, and a slow one would be a way to keep the
 * receiver busy (OWASP ASVS 5.0, 6.5.2). Two records of one name are two keys of one sender, for rotation.
 */
const keyRecord = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  salt: z.string().min(16),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const keyFile = z.strictObject({ keys: z.array(keyRecord).min(1) });

export type KeyRecord = z.output<typeof keyRecord>;

export type KeyCheck =
  { readonly ok: true; readonly name: string } | { readonly ok: false; readonly fault: 'malformed' | 'unknown' };

function hash(salt: string, key: string): string {
  return createHash('sha256').update(salt).update(key).digest('hex');
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** Makes a key. The key itself is shown once and stored nowhere. */
export function newKey(name: string, randomBytes: RandomBytes): { readonly key: string; readonly record: KeyRecord } {
  const id = randomBytes(6).toString('hex');
  const body = `egw_${id}_${randomBytes(32).toString('base64url')}`;
  const key = body + checksum(body);
  const salt = randomBytes(16).toString('base64url');
  return { key, record: { id, name, salt, sha256: hash(salt, key) } };
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

/** Compares in constant time, and does the same work for an unknown id as for a known one. */
export function createKeyCheck(records: readonly KeyRecord[]): (key: string) => KeyCheck {
  const byId = new Map(records.map((record) => [record.id, record]));
  const nobody: KeyRecord = { id: '', name: '', salt: '0'.repeat(22), sha256: '0'.repeat(64) };
  return (key) => {
    const [, id = '', , sum] = keyPattern.exec(key) ?? [];
    if (sum === undefined || checksum(key.slice(0, -8)) !== sum) return { ok: false, fault: 'malformed' };
    const record = byId.get(id) ?? nobody;
    const same = timingSafeEqual(Buffer.from(hash(record.salt, key), 'hex'), Buffer.from(record.sha256, 'hex'));
    return same ? { ok: true, name: record.name } : { ok: false, fault: 'unknown' };
  };
}
