import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createKeyCheck, newKey, parseKeyFile } from '../../apps/shared/keys.ts';

const made = newKey('shop', randomBytes);
const rotated = newKey('shop', randomBytes);
const other = newKey('erp', randomBytes);
const nowMs = Date.parse('2026-11-26T12:00:00Z');
const opens = (records: Parameters<typeof createKeyCheck>[0]) => createKeyCheck(records, () => nowMs);
const check = opens([made.record, rotated.record, other.record]);

describe('an API key', () => {
  it('opens, and tells whose it is; two of one name are one sender', () => {
    expect(check(made.key)).toMatchObject({ ok: true, name: 'shop' });
    expect(check(rotated.key)).toMatchObject({ ok: true, name: 'shop' });
    expect(check(other.key)).toMatchObject({ ok: true, name: 'erp', id: other.record.id });
  });

  it('is unknown where it was made by somebody else, or its record is another key of that id', () => {
    const stranger = newKey('shop', randomBytes);
    expect(check(stranger.key)).toEqual({ ok: false, fault: 'unknown' });
    const sameId = opens([{ ...stranger.record, id: made.record.id }]);
    expect(sameId(made.key)).toEqual({ ok: false, fault: 'unknown' });
  });

  it('is malformed where one character is wrong, anywhere', () => {
    for (let i = 0; i < made.key.length; i++) {
      const wrong = made.key.slice(0, i) + (made.key[i] === 'a' ? 'b' : 'a') + made.key.slice(i + 1);
      expect(check(wrong)).toEqual({ ok: false, fault: 'malformed' });
    }
  });

  it.each([[''], ['egw_'], ['Bearer x'], ['x'.repeat(100_000)]])('is malformed where it is none of ours', (key) => {
    expect(check(key)).toEqual({ ok: false, fault: 'malformed' });
    expect(check(`${made.key} `)).toEqual({ ok: false, fault: 'malformed' });
    expect(check(`${made.key}\n`)).toEqual({ ok: false, fault: 'malformed' });
  });

  it('opens until it expires, and tells so to nobody else', () => {
    const at = (expires: string) => newKey('shop', randomBytes, { expires });
    const [ended, lasting] = [at('2026-11-26T12:00:00Z'), at('2026-11-26T12:00:00.001Z')];
    const known = opens([ended.record, lasting.record]);
    expect(known(ended.key)).toEqual({ ok: false, fault: 'expired' });
    expect(known(lasting.key)).toMatchObject({ ok: true });
    const guessed = opens([{ ...ended.record, sha256: made.record.sha256 }]);
    expect(guessed(ended.key)).toEqual({ ok: false, fault: 'unknown' });
  });

  it('brings what it may send, and where to', () => {
    const narrow = newKey('shop', randomBytes, { types: ['order.*', 'ping'], targets: ['crm'] });
    const checked = opens([narrow.record])(narrow.key);
    if (!checked.ok) throw new Error(checked.fault);
    expect(['order.created', 'order.', 'ping', 'pings', 'xorder.created'].map(checked.scope.type)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(['crm', 'crm2'].map(checked.scope.target)).toEqual([true, false]);
  });

  it('stands nowhere in its record', () => {
    const secret = made.key.slice(17, -8);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(made.record)).not.toContain(secret);
  });
});

describe('a key file', () => {
  it('is read', () => {
    expect(parseKeyFile(JSON.stringify({ keys: [made.record] }))).toEqual([made.record]);
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is not of the form'],
    ['{"keys":[]}', 'keys: '],
    [JSON.stringify({ keys: [made.record, made.record] }), 'two records of one id'],
    [JSON.stringify({ keys: [{ ...made.record, expires: 'soon' }] }), 'keys.0.expires: is no time'],
    [JSON.stringify({ keys: [{ ...made.record, name: 'a b' }] }), 'keys.0.name: '],
    [JSON.stringify({ keys: [{ ...made.record, sha256: made.key }] }), 'keys.0.sha256: '],
    [JSON.stringify({ keys: [{ ...made.record, key: made.key }] }), 'keys.0: '],
  ])('that is none throws a sentence without its content', (text, fault) => {
    expect(() => parseKeyFile(text)).toThrow(fault);
    expect(() => parseKeyFile(text)).not.toThrow(made.key);
  });
});
