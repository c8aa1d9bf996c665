import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { attack } from '../attack.ts';
import { createDeliver } from '../deliver.ts';
import type { Group } from '../group.ts';
import { known, strikeWith } from '../strike.ts';
import { hostileText } from '../texts.ts';

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const list = (items: readonly string[]) => `*${items.length}\r\n${items.join('')}`;

const number = fc.constantFrom(
  ':0\r\n',
  ':-1\r\n',
  ':1\r\n',
  ':9007199254740993\r\n',
  ':-9223372036854775808\r\n',
  ':99999999999999999999999\r\n',
  ':NaN\r\n',
  ':\r\n',
);
const word = fc
  .oneof(
    hostileText,
    fc.constantFrom(
      'claimed',
      'doubt',
      'held',
      'waiting',
      'burying',
      'done',
      'slots',
      'full',
      'paused',
      'open',
      'closed',
      'ask',
      'send',
      'wait',
      'lost',
      'exhausted',
      '__proto__',
    ),
  )
  .map(bulk);

/** Replies in Redis' own protocol that no command of ours has. */
const reply: fc.Arbitrary<string> = fc.letrec<{ reply: string }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    word,
    fc.constantFrom(
      '+OK\r\n',
      '+PONG\r\n',
      '$-1\r\n',
      '*-1\r\n',
      '*0\r\n',
      '-ERR no\r\n',
      '-NOSCRIPT No\r\n',
      '-MOVED 1 127.0.0.1:1\r\n',
      '-LOADING\r\n',
      '-READONLY\r\n',
      '-OOM\r\n',
      '-\r\n',
      '_\r\n',
      '#t\r\n',
      ',1.5\r\n',
      '%1\r\n+a\r\n:1\r\n',
      '>2\r\n+message\r\n+x\r\n',
    ),
    fc.array(tie('reply'), { maxLength: 4 }).map(list),
    // As a script replies, with times and waits that are none.
    fc.tuple(word, fc.array(fc.oneof(number, word), { maxLength: 6 })).map(([kind, rest]) => list([kind, ...rest])),
    fc.array(fc.tuple(word, number).map(list), { maxLength: 4 }).map(list),
  ),
})).reply;

/** What is no reply at all, or none that ends. */
const broken = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '*2147483647\r\n',
    '$2147483647\r\n',
    '$-5\r\n',
    '*1\r\n'.repeat(20_000),
    `${'*1\r\n'.repeat(3_000)}:1\r\n`,
    `$1048576\r\n${'x'.repeat(1_048_576)}\r\n`,
    ':1\r\n'.repeat(500),
    'HTTP/1.1 200 OK\r\n\r\n',
    '\r\n\r\n',
    '$3\r\nab',
  ),
);

/** For so long a connection is lied to before the truth is told for a while; each end finds clients in another state. */
const lyingMs = 400;
const truthMs = 300;

export const hostileRedis: Group = {
  name: 'redis replies',
  does: 'replies that Redis never gave, to the receiver’s limits and to the dispatcher’s ledger, permits, pauses and probes',
  inputs: { whole: 600, short: 40 },
  async play(world, plan) {
    const before = world.redis.lies();
    const sample = fc.sample(fc.oneof({ weight: 8, arbitrary: reply }, { weight: 1, arbitrary: broken }), {
      numRuns: plan.inputs,
      seed: plan.seed,
    });
    let next = 0;
    const told = () => world.redis.lies() - before;
    const deliver = createDeliver(world, 'crm');
    const over = new AbortController();
    const lieInTurns = async () => {
      while (!over.signal.aborted) {
        world.redis.lie(() => Buffer.from(sample[next++ % sample.length] ?? '', 'latin1'));
        await wait(lyingMs);
        world.redis.lie(undefined);
        world.redis.cut();
        await wait(truthMs);
      }
    };
    const lying = lieInTurns();
    const faults = [];
    try {
      // Requests and events make the apps ask; lies are counted, and not who asked.
      const deadlineMs = performance.now() + longestMs;
      while (told() < plan.inputs && performance.now() < deadlineMs) {
        plan.signal.throwIfAborted();
        const requests = fc.constant({
          headers: known(world, ['content-type', 'application/json']),
          body: '{"id":"r"}',
        });
        const receiving = attack(requests, strikeWith(world), { ...plan, inputs: 60 }, { lanes: 6, smallest: false });
        const delivering = deliver({ type: 'good.event', data: {} }, () => undefined, 0);
        faults.push(...(await receiving).faults);
        await delivering;
        await wait(20);
      }
    } finally {
      over.abort();
      await lying;
      world.redis.lie(undefined);
      world.redis.cut();
    }
    const late = await deliver({ type: 'good.event', data: {} }, () => undefined);
    return { inputs: told(), faults: [...faults, ...(late === undefined ? [] : [late])] };
  },
};

/** Apps that were lied to wait before they ask again. */
const longestMs = 90_000;
