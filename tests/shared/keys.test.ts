import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createKeyCheck, newKey, parseKeyFile } from '../../apps/shared/keys.ts';

const made = newKey('shop', randomBytes);
const rotated = newKey('shop', randomBytes);
const other = newKey('erp', randomBytes);
const check = createKeyCheck([made.record, rotated.record, other.record]);

describe('an API key', () => {
  it('opens, and tells whose it is; two of one name are one sender', () => {
    expect(check(made.key)).toEqual({ ok: true, name: 'shop' });
    expect(check(rotated.key)).toEqual({ ok: true, name: 'shop' });
    expect(check(other.key)).toEqual({ ok: true, name: 'erp' });
  });

  it('is unknown where it was made by somebody else, or its record is another key of that id', () => {
    const stranger = newKey('shop', randomBytes);
    expect(check(stranger.key)).toEqual({ ok: false, fault: 'unknown' });
    const sameId = createKeyCheck([{ ...stranger.record, id: made.record.id }]);
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
    [JSON.stringify({ keys: [{ ...made.record, name: 'a b' }] }), 'keys.0.name: '],
    [JSON.stringify({ keys: [{ ...made.record, sha256: made.key }] }), 'keys.0.sha256: '],
    [JSON.stringify({ keys: [{ ...made.record, key: made.key }] }), 'keys.0: '],
  ])('that is none throws a sentence without its content', (text, fault) => {
    expect(() => parseKeyFile(text)).toThrow(fault);
    expect(() => parseKeyFile(text)).not.toThrow(made.key);
  });
});
