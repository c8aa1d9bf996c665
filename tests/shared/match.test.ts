import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMatch, createMatchAny } from '../../apps/shared/match.ts';

/** What a pattern means, told in the slow way. */
const meant = (pattern: string) => new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 's');

describe('a pattern', () => {
  it('means what its regular expression does', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(few, few, (pattern, text) => {
        expect(createMatch(pattern)(text)).toBe(meant(pattern).test(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is judged at once, whatever text is made for it', () => {
    const match = createMatch(`${'*a'.repeat(50)}*b`);
    const startMs = performance.now();
    expect(match('a'.repeat(1_024))).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(100);
  });

  it('is one of several', () => {
    expect(['order.x', 'ping', 'other'].map(createMatchAny(['order.*', 'ping']))).toEqual([true, true, false]);
  });
});
