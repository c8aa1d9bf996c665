import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAcknowledge } from '../../apps/dispatcher/acknowledge.ts';
import { createClaim } from '../../apps/dispatcher/claim.ts';
import type { Held, Message } from '../../apps/dispatcher/held.ts';
import { createLedger } from '../../apps/dispatcher/ledger.ts';
import { createReceive, readRetentionMs } from '../../apps/dispatcher/poll.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { createSettle } from '../../apps/dispatcher/settle.ts';
import { encode } from '../../apps/shared/event.ts';
import { createLog } from '../../apps/shared/log.ts';
import { startQueue, type Queue } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { event } from './held.ts';

const dayMs = 86_400_000;
const names = { instance: 'retention-tests', target: 'crm' };
const log = createLog('tests', 'silent');

describe('a message whose retention nears its end', () => {
  let redis: TestRedis;
  let queue: Queue;
  let nowMs: number;
  let settled: string[];
  beforeEach(async () => {
    [redis, queue] = await Promise.all([startRedis(), startQueue()]);
    nowMs = Date.now();
    settled = [];
    await queue.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: encode(event()) }));
  });
  afterEach(() => Promise.all([redis.close(), queue.close()]));

  const receive = () => createReceive(queue.sqs, queue.url, () => performance.now())(10, 60);
  /** Takes messages in hand on a day of the test's own. */
  async function take(messages: readonly Message[]): Promise<Held[]> {
    const scripts = loadScripts(redis.redis);
    const ledger = createLedger({
      scripts,
      ...names,
      leaseMs: 60_000,
      doubtMs: 0,
      retry: { attempts: 3, backoff: { first: 1_000, max: 3_000 } },
      newOwner: () => 'owner',
      random: () => 1,
    });
    const acknowledge = createAcknowledge(queue.sqs, queue, log);
    const pause = { begin: () => Promise.resolve(), leftMs: () => 0 };
    const now = () => nowMs;
    const settle = createSettle({
      ledger,
      acknowledge,
      pause,
      ...names,
      inDoubt: 'retry',
      doubtMs: 0,
      random: () => 1,
      now,
    });
    const hands: Held[] = [];
    const claim = createClaim({
      ...names,
      ledger,
      settle,
      retentionMs: 14 * dayMs,
      now,
      hide: acknowledge.hide,
      inDoubt: 'retry',
      attempts: 3,
      observe: { received: () => undefined, settled: (how) => void settled.push(how) },
      unclaimed: () => false,
      log,
    });
    await claim(messages, (held) => hands.push(held));
    return hands;
  }

  it('is sent anew with a day left, and only then deleted', async () => {
    nowMs += 13 * dayMs + 1_000;
    expect(await take(await receive())).toEqual([]);
    expect(settled).toEqual(['sent_anew']);
    const [anew, ...more] = await receive();
    expect(more).toEqual([]);
    expect(anew).toMatchObject({ body: encode(event()), receiveCount: 1 });
    expect(anew?.firstSentAtMs).toBeLessThanOrEqual(anew?.sentAtMs ?? 0);
  });

  it('remembers through all times that it is sent anew when it was first sent', async () => {
    const [original] = await receive();
    nowMs += 13 * dayMs + 1_000;
    await take(original === undefined ? [] : [original]);
    const [second] = await receive();
    await take(second === undefined ? [] : [second]);
    const [third] = await receive();
    expect(third?.firstSentAtMs).toBe(original?.sentAtMs);
  });

  it('is claimed as ever before that', async () => {
    nowMs += 13 * dayMs - 60_000;
    expect(await take(await receive())).toHaveLength(1);
    expect(settled).toEqual([]);
  });

  it('is known to have been received before: where Redis lost its data, it is in doubt', async () => {
    const [original] = await receive();
    if (original === undefined) throw new Error('Nothing came');
    const [held] = await take([{ ...original, firstSentAtMs: original.sentAtMs - dayMs }]);
    expect(held?.attempts).toBe(1);
  });

  it('counts by the retention that the queue tells, or the usual', async () => {
    expect(await readRetentionMs(queue.sqs, queue.url, log)).toBe(4 * dayMs);
    expect(await readRetentionMs(queue.sqs, `${queue.url}-none`, log)).toBe(4 * dayMs);
  });
});
