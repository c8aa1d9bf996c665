import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attack } from './attack.ts';
import { fault } from './fault.ts';
import { boundsOf } from './group.ts';
import { judgeAnswer } from './judge-answer.ts';
import { judgeExchange, statusesIn } from './raw.ts';

const asked = { secrets: ['planted-1'] };
const answer = (status: number, text: string, type = 'application/problem+json') =>
  ({ kind: 'answer', status, headers: { 'content-type': type }, text }) as const;
const problem = (status: number, code: string, detail = '') => answer(status, JSON.stringify({ code, status, detail }));

describe('an answer', () => {
  it('may be a receipt, a documented problem, or nothing to a preflight', () => {
    expect(judgeAnswer(problem(400, 'malformed'), asked)).toBeUndefined();
    const receipt = '{"id":"1","status":"queued","targets":["crm"]}';
    expect(judgeAnswer(answer(202, receipt, 'application/json'), asked)).toBeUndefined();
    const preflight = { ...answer(204, ''), headers: { 'access-control-allow-origin': 'https://app.example.com' } };
    expect(judgeAnswer(preflight, asked)).toBeUndefined();
  });

  it.each([
    ['crash', problem(500, 'internal')],
    ['crash', { kind: 'gone' } as const],
    ['hang', { kind: 'hang' } as const],
    ['leak', problem(400, 'malformed', 'you sent planted-1')],
    ['wrong answer', problem(418, 'teapot')],
    ['wrong answer', problem(401, 'malformed')],
    ['wrong answer', answer(400, '<html>', 'text/html')],
    ['wrong answer', { kind: 'closed', why: 'ECONNRESET' } as const],
  ])('is a %s', (kind, came) => {
    expect(judgeAnswer(came, asked)?.kind).toBe(kind);
  });

  it('lets in where none may', () => {
    const receipt = answer(202, '{"id":"1","status":"queued","targets":["crm"]}', 'application/json');
    expect(judgeAnswer(receipt, { ...asked, neverTaken: true })?.kind).toBe('let in');
  });
});

describe('a bare connection', () => {
  it('is judged by its end and by each of its answers', () => {
    const text = 'HTTP/1.1 202 Accepted\r\n\r\n{}HTTP/1.1 401 Unauthorized\r\n\r\n{}';
    expect(statusesIn(text)).toEqual([202, 401]);
    expect(judgeExchange({ text, closed: true }, [])).toBeUndefined();
    expect(judgeExchange({ text, closed: false }, [])?.kind).toBe('hang');
    expect(judgeExchange({ text: `${text}planted-1`, closed: true }, ['planted-1'])?.kind).toBe('leak');
    expect(judgeExchange({ text: 'HTTP/1.1 500 No\r\n\r\n', closed: true }, [])?.kind).toBe('crash');
  });
});

describe('an attack', () => {
  const plan = { inputs: 500, seed: 1, signal: new AbortController().signal };

  it('counts its inputs, and finds the smallest one that does harm', async () => {
    const harmless = await attack(fc.nat(), () => Promise.resolve(undefined), plan);
    expect(harmless).toMatchObject({ inputs: 500, faults: [] });
    const strike = (input: number) => Promise.resolve(input > 99 ? fault('crash', 'it ended') : undefined);
    const { faults } = await attack(fc.nat(1_000), strike, plan, { lanes: 1 });
    expect(faults).toEqual([{ kind: 'crash', what: expect.stringMatching(/it ended; seed 1000, path .*input 100$/) }]);
    expect(boundsOf(faults).filter(({ ok }) => !ok)).toMatchObject([{ figure: 1 }]);
  });

  it('that breaks by itself proves nothing', async () => {
    const strike = () => Promise.reject(new Error('mine'));
    await expect(attack(fc.nat(), strike, plan)).rejects.toThrow('could not be judged');
  });
});
