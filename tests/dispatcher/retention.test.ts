import { SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAcknowledge } from '../../apps/dispatcher/acknowledge.ts';
import { createClaim } from '../../apps/dispatcher/claim.ts';
import type { Held, Message } from '../../apps/dispatcher/held.ts';
import { createLedger } from '../../apps/dispatcher/ledger.ts';
import { createReceive, readQueueRules } from '../../apps/dispatcher/poll.ts';
import { createRetention, createTurnOver, type QueueRules } from '../../apps/dispatcher/retention.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { createSettle } from '../../apps/dispatcher/settle.ts';
import { encode } from '../../apps/shared/event.ts';
import { createLog } from '../../apps/shared/log.ts';
import { startQueue, type Queue } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { event, traceNothing } from './held.ts';

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

  const receive = () => createReceive(queue.direct, queue.url, () => performance.now())(10, 60);
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
    const acknowledge = createAcknowledge(queue.direct, queue, () => dayMs, log);
    const pause = { begin: () => Promise.resolve(), leftMs: () => 0 };
    const now = () => nowMs;
    const settle = createSettle({
      ledger,
      acknowledge,
      pause,
      ...names,
      inDoubt: 'retry',
      doubtMs: 0,
      observe: { buried: () => undefined },
      random: () => 1,
      now,
    });
    const hands: Held[] = [];
    const claim = createClaim({
      ...names,
      ledger,
      settle,
      retention: createRetention({ retentionMs: 14 * dayMs, mostReceives: 1_000 }, now),
      hide: acknowledge.hide,
      inDoubt: 'retry',
      attempts: 3,
      observe: { received: () => undefined, claimed: () => undefined, settled: (how) => void settled.push(how) },
      trace: traceNothing,
      unclaimed: () => false,
      log,
      now: () => performance.now(),
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

  /** One look of a pod that receives nothing else, at these messages ten at a time. */
  async function lookAt(line: Message[], rules: QueueRules) {
    const shown: string[] = [];
    const sent: string[] = [];
    const stop = new AbortController();
    const turnOver = createTurnOver({
      receive: (count) => Promise.resolve(line.splice(0, count)),
      retention: { ...createRetention(rules, () => 76_000), lookEveryMs: () => 20 },
      settle: { sendAnew: ({ receiptHandle }) => Promise.resolve((sent.push(receiptHandle), 'sent_anew' as const)) },
      hide(handle, seconds) {
        shown.push(`${handle} for ${seconds} s`);
        stop.abort();
        return Promise.resolve(true);
      },
      observe: { settled: () => undefined },
      log,
      now: () => performance.now(),
    });
    await turnOver.watch(stop.signal);
    return { sent, shown };
  }
  const lineOf = async (each: readonly Partial<Message>[]): Promise<Message[]> => {
    const [first] = await receive();
    if (first === undefined) throw new Error('Nothing came');
    return each.map((more, i) => ({ ...first, receiptHandle: `${i}`, sentAtMs: 60_000, receiveCount: 1, ...more }));
  };

  it('is not looked for while messages are received', async () => {
    let looks = 0;
    let nowMs = 0;
    const stop = new AbortController();
    const deps = { settle: { sendAnew: () => Promise.resolve('sent_anew' as const) }, log };
    const turnOver = createTurnOver({
      ...deps,
      receive(count) {
        if (count === 10) looks++;
        return Promise.resolve([]);
      },
      retention: { nearsEnd: () => true, isWorn: () => false, lookEveryMs: () => 10, longestHideMs: () => 1 },
      hide: () => Promise.resolve(true),
      observe: { settled: () => undefined },
      now: () => nowMs,
    });
    const watching = turnOver.watch(stop.signal);
    for (let i = 0; i < 5; i++) {
      nowMs += 9;
      await turnOver.receive(1, 60);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    expect(looks).toBe(0);
    stop.abort();
    await watching;
  });

  it('is known to have been received before: where Redis lost its data, it is in doubt', async () => {
    const [original] = await receive();
    if (original === undefined) throw new Error('Nothing came');
    const [held] = await take([{ ...original, firstSentAtMs: original.sentAtMs - dayMs }]);
    expect(held?.attempts).toBe(1);
  });

  it('is looked for behind younger ones, which go back when the look is over', async () => {
    const young = Array.from({ length: 450 }, () => ({}));
    const old = { receiptHandle: 'old', sentAtMs: 0 };
    const worn = { receiptHandle: 'worn', receiveCount: 501 };
    const line = await lineOf([...young, old, worn]);
    const { sent, shown } = await lookAt(line, { retentionMs: 100_000, mostReceives: 1_000 });
    expect(sent).toEqual(['old', 'worn']);
    expect(shown).toHaveLength(450);
    expect(shown[449]).toBe('449 for 0 s');
  });

  it('is looked for among so many at a time, and no more', async () => {
    const line = await lineOf(Array.from({ length: 600 }, () => ({})));
    expect((await lookAt(line, { retentionMs: 100_000, mostReceives: 1_000 })).shown).toHaveLength(500);
  });

  it('is not worn when it was just sent anew, however few receives the queue allows', async () => {
    const { sent, shown } = await lookAt(await lineOf([{}]), { retentionMs: 100_000, mostReceives: 1 });
    expect({ sent, shown }).toEqual({ sent: [], shown: ['0 for 0 s'] });
  });

  it('is hidden for no longer than it may be', async () => {
    const acknowledge = createAcknowledge(queue.direct, queue, () => 1_000, log);
    const [message] = await receive();
    await acknowledge.hide(message?.receiptHandle ?? '', 600);
    expect(await receive()).toHaveLength(1);
  });

  it('is hidden for half of the time that it would have left at most', () => {
    const { longestHideMs } = createRetention({ retentionMs: dayMs, mostReceives: 1_000 }, Date.now);
    expect(longestHideMs()).toBe(dayMs / 8);
  });

  it('follows the rules that it learns', () => {
    const retention = createRetention({ retentionMs: 4 * dayMs, mostReceives: 1_000 }, () => 3.5 * dayMs);
    const message = { sentAtMs: 0, receiveCount: 5 } as Message;
    expect([retention.nearsEnd(message), retention.isWorn(message)]).toEqual([true, false]);
    retention.learn({ retentionMs: 14 * dayMs, mostReceives: 8 });
    expect([retention.nearsEnd(message), retention.isWorn(message)]).toEqual([false, true]);
    retention.learn({ retentionMs: dayMs, mostReceives: 8 });
    expect([retention.longestHideMs(), retention.lookEveryMs()]).toEqual([dayMs / 8, dayMs / 96]);
  });

  it('follows the rules that the queue tells, or the usual', async () => {
    const usual = { retentionMs: 4 * dayMs, mostReceives: 1_000 };
    expect(await readQueueRules(queue.direct, `${queue.url}-none`, log)).toEqual(usual);
    expect(await readQueueRules(queue.direct, queue.url, log)).toEqual({ ...usual, mostReceives: Infinity });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount: 5,
    });
    const Attributes = { MessageRetentionPeriod: '3600', RedrivePolicy };
    await queue.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
    expect(await readQueueRules(queue.direct, queue.url, log)).toEqual({ retentionMs: 3_600_000, mostReceives: 5 });
  });
});
