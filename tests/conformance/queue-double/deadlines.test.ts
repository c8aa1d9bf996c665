import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDeadlines } from './deadlines.ts';

describe('deadlines', () => {
  it('come the earliest first, whenever they were added', () => {
    const steps = fc.array(fc.oneof(fc.nat(50), fc.constant('drop' as const)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (all) => {
        const deadlines = createDeadlines();
        let model: number[] = [];
        for (const step of all) {
          if (step === 'drop') {
            deadlines.drop();
            model = model.slice(1);
          } else {
            deadlines.add(step, 1);
            model = [...model, step].sort((a, b) => a - b);
          }
          expect(deadlines.earliest()?.atMs).toBe(model[0]);
          expect(deadlines.size()).toBe(model.length);
        }
      }),
    );
  });
});
