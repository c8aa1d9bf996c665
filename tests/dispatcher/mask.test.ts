import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../apps/dispatcher/classify.ts';
import { mask } from '../../apps/dispatcher/mask.ts';

const shown = { authorization: 'Bearer eyJhbGciOi.J9', 'x-tenant': 'acme' };

describe('what a target says', () => {
  it.each<[string, Outcome, Outcome]>([
    [
      'our credential as its code',
      { kind: 'failed', reason: 'EYJhbGciOi.J9', unknownCode: 'EYJhbGciOi.J9' },
      { kind: 'failed', reason: '[secret]' },
    ],
    [
      'our credential among other words',
      { kind: 'refused', reason: 'no eyJhbGciOi.J9', unknownCode: 'OTHER' },
      { kind: 'refused', reason: '[secret]' },
    ],
    [
      'a code',
      { kind: 'failed', reason: 'BROKEN', unknownCode: 'BROKEN' },
      { kind: 'failed', reason: 'BROKEN', unknownCode: 'BROKEN' },
    ],
    [
      'a word that is as short as a credential is not',
      { kind: 'failed', reason: 'acme' },
      { kind: 'failed', reason: 'acme' },
    ],
    ['nothing', { kind: 'delivered' }, { kind: 'delivered' }],
  ])('that holds %s is told as it may be', (_what, outcome, told) => {
    expect(mask(outcome, shown)).toEqual(told);
  });
});
