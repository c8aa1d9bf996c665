import { describe, expect, it } from '@jest/globals';
import type { Fault, FaultLog } from '../../apps/shared/log.ts';
import { tellSeldom } from '../../apps/shared/tell-seldom.ts';

function start() {
  const told: unknown[] = [];
  let nowMs = 0;
  const log: FaultLog = {
    warn: (fault, msg) => told.push(['warn', msg, fault]),
    error: (fault, msg) => told.push(['error', msg, fault]),
  };
  const seldom = tellSeldom(log, () => nowMs);
  return { told, seldom, at: (ms: number) => (nowMs = ms) };
}

const denied: Fault = { error: 'AccessDenied', advice: 'allow it' };

describe('a fault', () => {
  it('is told at once, and the same one a minute later, with how often it was not told', () => {
    const { told, seldom, at } = start();
    for (const ms of [0, 1, 59_999, 60_000, 60_001]) {
      at(ms);
      seldom.warn({ ...denied, failures: ms }, 'queue.receive_failed');
    }
    at(130_000);
    seldom.warn(denied, 'queue.receive_failed');
    expect(told).toEqual([
      ['warn', 'queue.receive_failed', { ...denied, failures: 0 }],
      ['warn', 'queue.receive_failed', { ...denied, failures: 60_000, untold: 2 }],
      ['warn', 'queue.receive_failed', { ...denied, untold: 1 }],
    ]);
  });

  it('is another one by its code, what to do, or what failed', () => {
    const { told, seldom } = start();
    seldom.warn(denied, 'queue.receive_failed');
    seldom.warn({ ...denied, error: 'OverLimit' }, 'queue.receive_failed');
    seldom.warn({ ...denied, advice: undefined }, 'queue.receive_failed');
    seldom.error(denied, 'dead_letter.send_failed');
    expect(told).toHaveLength(4);
    expect(told[3]).toEqual(['error', 'dead_letter.send_failed', denied]);
  });

  it('of ever new codes is told each time', () => {
    const { told, seldom } = start();
    for (let i = 0; i < 1_000; i++) seldom.warn({ ...denied, error: `Code${i}` }, 'queue.send_failed');
    expect(told).toHaveLength(1_000);
  });
});
