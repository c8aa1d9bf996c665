import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFifo } from '../../apps/receiver/fifo.ts';
import { createOutflow } from '../../apps/receiver/outflow.ts';

describe('how fast a queue takes what waits', () => {
  /** A second of a queue that takes so many in each 10 ms, with so many waiting. */
  function open(taken: number, waiting: number) {
    let atMs = 1_000_000;
    const outflow = createOutflow(() => atMs);
    const pass = (ms: number, count = taken) => {
      for (const endMs = atMs + ms; atMs < endMs; atMs += 10) {
        outflow.answered(count);
        outflow.waitMs(waiting);
      }
    };
    return { outflow, pass };
  }

  it('is not known before a backlog has lasted for a while', () => {
    const { outflow, pass } = open(20, 500);
    expect(outflow.waitMs(500)).toBe(0);
    pass(200);
    expect(outflow.waitMs(500)).toBe(0);
  });

  it('is what it took in the last quarter of a second', () => {
    const { outflow, pass } = open(20, 500);
    pass(1_000);
    expect(outflow.waitMs(500)).toBeCloseTo(250, -1);
    expect(outflow.waitMs(1_000)).toBeCloseTo(500, -1);
    pass(500, 40);
    expect(outflow.waitMs(1_000)).toBeCloseTo(250, -1);
  });

  it('is nothing where nothing is answered', () => {
    const { outflow, pass } = open(0, 500);
    pass(500);
    expect(outflow.waitMs(500)).toBe(Infinity);
  });

  it('is forgotten with the backlog', () => {
    const { outflow, pass } = open(20, 500);
    pass(1_000);
    expect(outflow.waitMs(3)).toBe(0);
    expect(outflow.waitMs(5_000)).toBe(0);
  });
});

describe('a queue in memory', () => {
  it('gives what it took, in the same order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3_000 }), { maxLength: 20 }), (counts) => {
        const fifo = createFifo<number>();
        const model: number[] = [];
        let next = 0;
        for (const [i, count] of counts.entries()) {
          for (let n = 0; n < count; n++) {
            if (i % 2 === 0) {
              fifo.push(next);
              model.push(next++);
            } else expect(fifo.shift()).toBe(model.shift());
          }
          expect([fifo.size(), fifo.first()]).toEqual([model.length, model[0]]);
        }
      }),
    );
  });
});
