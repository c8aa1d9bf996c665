import { describe, expect, it } from '@jest/globals';
import { classify } from '../../apps/dispatcher/classify.ts';
import { createCodeRules, type OutcomeCodes } from '../../apps/dispatcher/code-rules.ts';
import { readBody } from '../../apps/dispatcher/dispatch.ts';
import { createUnknownCodes } from '../../apps/dispatcher/unknown-codes.ts';
import { readWithGraphQL } from '../support/gateway-yaml.ts';

function judge(own: OutcomeCodes, value: object, { status = 200, careful = false } = {}) {
  const text = JSON.stringify(value);
  const body = readBody(text);
  if (body === undefined) throw new Error('this is no GraphQL');
  const answer = { kind: 'graphql', status, headers: new Headers(), text, body } as const;
  return classify(answer, { field: 'deliver', careful, now: () => 0, codeRules: createCodeRules(own) });
}

const coded = (...codes: readonly string[]) => ({
  data: null,
  errors: codes.map((code) => ({ message: 'no', extensions: { code } })),
});

describe('the entries of a target', () => {
  it.each<[OutcomeCodes, string, string]>([
    [{ throttled: ['QUOTA_SPENT'] }, 'QUOTA_SPENT', 'throttled'],
    [{ throttled: ['QUOTA_SPENT'] }, 'quota-spent', 'throttled'],
    [{ throttled: ['usage limit'] }, 'usage limit', 'throttled'],
    [{ unauthorised: ['KEY_GONE'] }, 'KEY_GONE', 'unauthorised'],
    [{ refused: ['CUSTOMER_GONE'] }, 'CUSTOMER_GONE', 'refused'],
    [{ unavailable: ['MAINTENANCE'] }, 'MAINTENANCE', 'unavailable'],
    [{ failed: ['NOT_FOUND'] }, 'NOT_FOUND', 'failed'],
    [{ refused: ['RATE_LIMITED'] }, 'RATE_LIMITED', 'refused'],
    [{ failed: ['UNAUTHENTICATED'] }, 'UNAUTHENTICATED', 'failed'],
  ])('%j make of %s what they say, whatever the built-in rules do', (own, code, kind) => {
    expect(judge(own, coded(code)).kind).toBe(kind);
  });

  it('stand before statuses and before built-in codes beside them', () => {
    expect(judge({ refused: ['PLAN_ENDED'] }, coded('PLAN_ENDED'), { status: 429 }).kind).toBe('refused');
    expect(judge({ unavailable: ['CLOSED'] }, coded('CLOSED'), { status: 401 }).kind).toBe('unavailable');
    expect(judge({ refused: ['PLAN_ENDED'] }, coded('UNAUTHENTICATED', 'PLAN_ENDED')).kind).toBe('refused');
  });

  it('judge business errors that came as data', () => {
    const taken = { data: { deliver: { userErrors: [{ code: 'LOCKED' }] } } };
    expect(judge({}, taken)).toMatchObject({ kind: 'refused', reason: 'userErrors' });
    expect(judge({ failed: ['LOCKED'] }, taken)).toMatchObject({ kind: 'failed', reason: 'LOCKED' });
    expect(judge({ throttled: ['LOCKED'] }, taken)).toMatchObject({ kind: 'throttled', waitMs: 5_000 });
  });

  it('take no success for anything but a throttle', () => {
    const delivered = { data: { deliver: { id: 1 } }, errors: [{ path: ['other'], extensions: { code: 'ODD' } }] };
    expect(judge({ refused: ['ODD'] }, delivered).kind).toBe('delivered');
    expect(judge({ throttled: ['ODD'] }, delivered).kind).toBe('throttled');
  });

  it('leave a failure in doubt where that matters', () => {
    expect(judge({ failed: ['ODD'] }, coded('ODD'), { careful: true }).kind).toBe('in_doubt');
    expect(judge({ unavailable: ['ODD'] }, coded('ODD'), { careful: true }).kind).toBe('unavailable');
  });
});

describe('a result', () => {
  it.each<[unknown, string]>([
    [{ id: '1', error: null, errors: [], success: true }, 'delivered'],
    [{ error: false }, 'delivered'],
    [{ error: { code: 'input_validation' } }, 'refused'],
    [{ mutationErrors: ['no'] }, 'refused'],
    [{ __typename: 'DeliverError', message: 'no' }, 'refused'],
    [{ success: false }, 'failed'],
    [{ ok: false }, 'failed'],
    [false, 'failed'],
    [true, 'delivered'],
    ['', 'delivered'],
    [0, 'delivered'],
    [[], 'delivered'],
  ])('%j is %s', (result, kind) => {
    expect(judge({}, { data: { deliver: result } }).kind).toBe(kind);
  });

  it('of what was throttled in it is throttled', () => {
    const userErrors = [{ code: 'THROTTLED_DURING_CHECKOUT' }];
    expect(judge({}, { data: { deliver: { userErrors } } }).kind).toBe('throttled');
    expect(judge({}, { data: { deliver: { userErrors: [{ code: 'LIMIT_EXCEEDED' }] } } }).kind).toBe('refused');
  });
});

describe('a code that no rule knows', () => {
  it('is a failure, in doubt where that matters, and is told', () => {
    const odd = coded('MERCURY_RETROGRADE');
    expect(judge({}, odd)).toMatchObject({ kind: 'failed', unknownCode: 'MERCURY_RETROGRADE' });
    expect(judge({}, odd, { careful: true })).toMatchObject({ kind: 'in_doubt', unknownCode: 'MERCURY_RETROGRADE' });
    expect(judge({ failed: ['MERCURY_RETROGRADE'] }, odd)).not.toHaveProperty('unknownCode');
    expect(judge({}, coded('the secret hunter2'))).not.toHaveProperty('unknownCode');
  });

  it('is logged once, and no more than 100 are', () => {
    const lines: object[] = [];
    const tell = createUnknownCodes('crm', { warn: (line) => void lines.push(line) });
    for (let at = 0; at < 300; at++) tell(`CODE_${at % 150}`, 'failed');
    expect(lines).toHaveLength(100);
    expect(lines[0]).toEqual({ target: 'crm', code: 'CODE_0', outcome: 'failed' });
    expect(lines[99]).toMatchObject({ code: 'CODE_99', last: true });
  });
});

describe('graphql.outcomes of gateway.yaml', () => {
  const read = (outcomes: unknown) => readWithGraphQL({ outcomes });
  const faultsOf = (outcomes: unknown) => {
    const result = read(outcomes);
    return result.ok ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);
  };
  const at = 'targets.crm.graphql.outcomes';

  it('may be left out, and takes codes as APIs write them', () => {
    expect(read(undefined).ok).toBe(true);
    const outcomes = { throttled: ['QUOTA_SPENT', 'Lambda:TooMany'], refused: ['usage limit exceeded', 'a.b-c'] };
    expect(read(outcomes)).toMatchObject({ config: { targets: { crm: { graphql: { outcomes } } } } });
  });

  it.each<[unknown, string]>([
    [
      { unauthorized: ['X'] },
      `${at}: knows no unauthorized: write throttled, unauthorised, refused, unavailable or failed`,
    ],
    [
      { refused: ['X Y!'] },
      `${at}.refused.0: is no code: write the word at errors[].extensions.code, 64 characters at most`,
    ],
    [
      { throttled: ['A_B'], failed: ['a-b'] },
      `${at}.failed.0: a-b is throttled already: a code means one thing, however it is spelled`,
    ],
  ])('tells what is wrong with %j', (outcomes, fault) => {
    expect(faultsOf(outcomes)).toEqual([fault]);
  });

  it('takes no empty list', () => expect(faultsOf({ refused: [] })).toHaveLength(1));
});
