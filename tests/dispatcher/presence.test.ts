import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readBody, type Answer, type Call } from '../../apps/dispatcher/dispatch.ts';
import { createAskPresence } from '../../apps/dispatcher/presence.ts';

const slot = { dueMs: 0, lateMs: 1_000 };

/** What it makes of an answer; pauses that it began, in ms. */
async function askAt(answer: Answer) {
  const paused: number[] = [];
  const calls: Call[] = [];
  const ask = createAskPresence({
    dispatch: (call) => {
      calls.push(call);
      return Promise.resolve(answer);
    },
    credential: { headers: () => ({ authorization: 'Bearer key' }) },
    classify: { now: () => 0 },
    pause: {
      begin: (waitMs) => {
        paused.push(waitMs);
        return Promise.resolve();
      },
      leftMs: () => 0,
    },
    randomBytes,
  });
  return { found: await ask(slot), paused, calls };
}

const whole = (status: number, text: string, headers: Record<string, string> = {}): Answer => {
  const body = readBody(text);
  const rest = { status, headers: new Headers(headers), text };
  return body === undefined ? { kind: 'unreadable', ...rest } : { kind: 'graphql', ...rest, body };
};

describe('the question whether a target is there', () => {
  it.each<[string, Answer, string]>([
    ['an answer', whole(200, '{"data":{"__typename":"Query"}}'), 'somebody'],
    ['a refusal', whole(400, '{"errors":[{"message":"introspection is off"}]}'), 'somebody'],
    ['a credential that is not taken', whole(401, 'Unauthorized'), 'somebody'],
    ['a gateway before nobody', whole(502, '<html>Bad Gateway</html>'), 'nobody'],
    ['a proxy that waited in vain', whole(504, ''), 'nobody'],
    ['no connection', { kind: 'unreachable', why: 'ECONNREFUSED' }, 'nobody'],
    ['no answer', { kind: 'none', why: 'timeout' }, 'nobody'],
    ['a slot that passed', { kind: 'late' }, 'unused'],
  ])('takes %s for what it is', async (_name, answer, found) => {
    expect(await askAt(answer)).toMatchObject({ found, paused: [] });
  });

  it('pauses the fleet for as long as a throttle says, as somebody said it', async () => {
    const { found, paused, calls } = await askAt(whole(429, '', { 'retry-after': '7' }));
    expect({ found, paused }).toEqual({ found: 'somebody', paused: [7_000] });
    expect(calls).toMatchObject([{ variables: '{}', credential: { authorization: 'Bearer key' } }]);
    expect(calls[0]?.key).toBeUndefined();
  });
});
