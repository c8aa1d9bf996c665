import fc from 'fast-check';
import { attack } from '../attack.ts';
import { letIn, purge } from '../arrived.ts';
import { fault } from '../fault.ts';
import type { Group } from '../group.ts';
import { exchange, judgeExchange, statusesIn } from '../raw.ts';

/** One of several requests on a connection: with a key, without one, to nowhere, or no HTTP, after which nothing is read. */
type Piped = 'known' | 'unknown' | 'nowhere' | 'none';

const expected = { known: 202, unknown: 401, nowhere: 404, none: 400 } as const;

export const pipelining: Group = {
  name: 'pipelining',
  does: 'up to 60 requests at once on a connection: each is answered in its order and by its own credential alone',
  inputs: { whole: 1_500, short: 100 },
  async play(world, plan) {
    await purge(world, world.urls.sink);
    let sent = 0;
    const inputs = fc.array(
      fc.oneof(
        { weight: 10, arbitrary: fc.constantFrom<Piped>('known', 'unknown', 'unknown', 'nowhere') },
        { weight: 1, arbitrary: fc.constant<Piped>('none') },
      ),
      { minLength: 2, maxLength: 60 },
    );
    const requestOf = (piped: Piped): string => {
      if (piped === 'none') return 'no HTTP\r\n\r\n';
      const body = `{"id":"${piped === 'known' ? 'piped' : 'stolen'}-${++sent}"}`;
      const key = piped === 'known' ? [`X-API-Key: ${world.key}`] : [];
      return [
        `POST /${piped === 'nowhere' ? 'nowhere' : 'events'} HTTP/1.1`,
        'Host: x',
        ...key,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n');
    };
    const attacked = await attack(
      inputs,
      async (piped) => {
        const came = await exchange(world.receiver.port, [piped.map(requestOf).join('')]);
        const found = judgeExchange(came, world.secrets.texts);
        if (found !== undefined) return found;
        const until = piped.indexOf('none');
        const asked = until === -1 ? piped : piped.slice(0, until + 1);
        const wanted = asked.map((each) => expected[each]).join();
        const got = statusesIn(came.text).join();
        // What cannot be read ends the connection, and answers under way with it.
        const isRight = until === -1 ? got === wanted : wanted.startsWith(got) || got === '400' || got.endsWith(',400');
        return isRight ? undefined : fault('wrong answer', `answered ${got}, not ${wanted}`);
      },
      plan,
    );
    return { ...attacked, faults: [...attacked.faults, ...(await letIn(world, 'stolen-'))] };
  },
};
