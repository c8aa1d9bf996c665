import { beforeEach, describe, expect, it } from '@jest/globals';
import { createBook, usualAheadMs, type Book } from '../../apps/dispatcher/book.ts';

describe('booking slots', () => {
  let nowMs: number;
  beforeEach(() => {
    nowMs = 1_000;
  });
  const book = (more: object = {}): Book =>
    createBook({
      concurrency: 5,
      spacingMs: 20,
      aheadMs: usualAheadMs,
      latencyMs: 10,
      now: () => nowMs,
      random: () => 1,
      ...more,
    });
  const slotsUntil = (dueMs: number) => [{ dueMs, lateMs: dueMs + 15 }, undefined];

  it('asks for a quarter of a second, for a lot at most, for no more than are ready', () => {
    expect(book().wanted(100, 0)).toBe(8);
    expect(book().wanted(3, 0)).toBe(3);
    expect(book({ spacingMs: 204 }).wanted(100, 0)).toBe(3);
  });

  it('asks for small lots where the limit is high, so that pods take turns', () => {
    expect(book({ spacingMs: 2 }).wanted(1_000, 0)).toBe(8);
  });

  it('asks again shortly before the last slot', () => {
    const asked = book();
    asked.granted(slotsUntil(1_300));
    expect(asked.wanted(100, 14)).toBe(0);
    expect(asked.nextMs()).toBe(200);
    nowMs = 1_200;
    expect(asked.wanted(100, 5)).toBe(8);
    expect(asked.nextMs()).toBe(Infinity);
  });

  it('asks for no more than the connections carry, by what calls take', () => {
    const slow = book({ latencyMs: 1_000 });
    expect(slow.wanted(100, 0)).toBe(5);
    expect(slow.wanted(100, 5)).toBe(0);
    for (let call = 0; call < 100; call++) slow.took(5);
    expect(slow.wanted(100, 5)).toBe(8);
    for (let call = 0; call < 100; call++) slow.took(10_000);
    expect(slow.wanted(100, 5)).toBe(0);
  });

  it('waits longer each time it is refused, until it gets a slot', () => {
    const refused = book();
    expect([1, 2, 3, 4, 5, 6].map(() => refused.refused(10))).toEqual([135, 260, 510, 1_010, 2_010, 2_010]);
    refused.granted(slotsUntil(1_000));
    expect(refused.refused(0)).toBe(125);
  });
});
