import { describe, expect, it } from '@jest/globals';
import type { Message } from './message.ts';
import { createStanding } from './standing.ts';

const hourMs = 3_600_000;

/** More than the deadlines that are left unswept. */
const many = 6_000;

function standUp() {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, realMs: (ms: number) => ms };
  const standing = createStanding({ clock, retentionMs: () => 10 * hourMs, changed: () => undefined });
  const enter = (number: number): Message => {
    const fresh = { place: 'visible', untilMs: 0, receives: 0, receivedAtMs: 0, echoes: false } as const;
    const content = { id: String(number), body: 'x', attributes: {} };
    const message = {
      ...content,
      ...fresh,
      number,
      sentAtMs: nowMs,
      movedFrom: undefined,
      firstReceivedAtMs: undefined,
    };
    standing.enter(message, { delayMs: 0, first: false });
    return message;
  };
  const passTo = (ms: number) => {
    nowMs = ms;
    standing.settle();
  };
  return { standing, enter, passTo };
}

describe('messages that stand on a queue', () => {
  it('show at the last of the times until which they were hidden', () => {
    const { standing, enter, passTo } = standUp();
    const messages = Array.from({ length: many }, (_, i) => enter(i));
    while (standing.next() !== undefined);
    for (const hours of [1, 2, 3, 2]) for (const message of messages) standing.hide(message, hours * hourMs);
    passTo(2 * hourMs - 1);
    expect(standing.places).toEqual({ visible: 0, inFlight: many, delayed: 0 });
    passTo(2 * hourMs);
    expect(standing.places).toEqual({ visible: many, inFlight: 0, delayed: 0 });
    passTo(3 * hourMs);
    const inLine = Array.from({ length: many }, () => standing.next());
    expect(new Set(inLine)).toEqual(new Set(messages));
    expect(standing.next()).toBeUndefined();
  });

  it('stand in line once when an echo becomes the message', () => {
    const { standing, enter, passTo } = standUp();
    const message = enter(1);
    standing.next();
    standing.hide(message, hourMs);
    standing.echo(message);
    passTo(hourMs);
    expect([standing.next(), standing.next()]).toEqual([message, undefined]);
  });

  it('end when they are too old, however many have come and gone since', () => {
    const { standing, enter, passTo } = standUp();
    const first = enter(0);
    passTo(hourMs);
    for (let number = 1; number < 2 * many; number++) standing.remove(enter(number));
    const last = enter(2 * many);
    passTo(10 * hourMs - 1);
    expect([...standing.all()]).toEqual([first, last]);
    passTo(10 * hourMs);
    expect([...standing.all()]).toEqual([last]);
    passTo(11 * hourMs);
    expect(standing.places).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});
