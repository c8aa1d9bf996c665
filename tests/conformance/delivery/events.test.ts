import { describe, expect, it } from '@jest/globals';
import { decode, encode } from '../../../apps/shared/event.ts';
import { eventOf, idOf, isIntact } from './events.ts';

const { id, source, type, time, data } = eventOf(idOf('run-1', 42));
const input = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ key: 'k', id, type, source, time, brand: 'testBrand', data, ...changes });

describe('an event', () => {
  it('is known again where it arrives as it was sent', () => {
    expect(data.n).toBe(42);
    expect(isIntact(id, input())).toBe(true);
    expect(isIntact('run-1-43', input())).toBe(false);
  });

  it('is not intact where anything of it changed on the way', () => {
    for (const changes of [
      { id: 'run-1-43' },
      { source: '/elsewhere' },
      { type: 'order.updated' },
      { time: '2026-01-01T00:00:00Z' },
      { data: null },
      { data: { ...data, n: 43 } },
      { data: { ...data, text: data.text.replace('€', '?') } },
      { data: { ...data, more: 1 } },
      { data: JSON.stringify(data) },
    ]) {
      expect(isIntact(id, input(changes))).toBe(false);
    }
    expect(isIntact(id, null)).toBe(false);
    expect(isIntact(id, '{}')).toBe(false);
  });

  it('of somebody else is never intact', () => {
    expect(isIntact('poison', input({ id: 'poison' }))).toBe(false);
    expect(() => eventOf('poison')).toThrow('no id of an event of ours');
  });

  it('is known again in the characters that a queue takes', () => {
    const envelope = { sender: 's', receivedAt: time, digest: 'd', identity: 'id', redrive: 0 } as const;
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const text = JSON.stringify(data);
    const sent = { id, source, type, time, ...envelope, traceparent, attributes: new Map<string, string>() };
    const passed = decode(encode({ ...sent, data: { kind: 'json', text } }));
    if (!passed.ok || passed.event.data.kind !== 'json') throw new Error('it did not pass');
    const head = JSON.stringify({ key: 'k', id, type, source, time }).slice(0, -1);
    expect(isIntact(id, `${head},"data":${passed.event.data.text}}`)).toBe(true);
  });
});
