import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decode } from '../../apps/shared/event.ts';
import { listen } from '../../apps/shared/lifecycle.ts';
import { figuresOf } from '../../bench/scale/long-run.ts';
import { createStandIn, type Counts } from '../../bench/stand-in/server.ts';
import { awsEnvironment } from '../../bench/stand-in/start.ts';
import { startTarget, type Target } from '../../bench/target/start.ts';
import { sentBy } from '../../bench/trip/count-round-trips.ts';
import { eventBody } from '../../bench/trip/event-body.ts';
import { readListening, startProcess, type Process } from '../conformance/processes.ts';

describe('an event of the benchmark', () => {
  it.each([500, 2_000])('has %d bytes on the queue, and is one of ours', (bytes) => {
    const body = eventBody('event-{id}', bytes);
    expect(Buffer.byteLength(body)).toBe(bytes);
    expect(body.split('{id}')).toHaveLength(2);
    expect(decode(body.replace('{id}', '7'))).toMatchObject({ ok: true, event: { id: 'event-7' } });
  });
});

describe('round trips', () => {
  it('are the packets with data that a process sent, over all of its connections', () => {
    const socket = (pid: number, sent: string) =>
      `0 0 127.0.0.1:44382 127.0.0.1:6379 users:(("node",pid=${pid},fd=22)) bbr segs_out:17 segs_in:11 ${sent}data_segs_in:9`;
    const told = [
      socket(41, 'data_segs_out:9 '),
      socket(412, 'data_segs_out:100 '),
      socket(41, ''),
      socket(41, 'data_segs_out:3 '),
    ];
    expect(sentBy(told.join('\n'), 41)).toBe(12);
  });
});

describe('a long run', () => {
  const run = {
    app: 'receiver',
    events: 1_000,
    tenth: 100,
    reached: 1_000,
    afterTenth: { used: 100, rss: 1_000 },
    afterAll: { used: 110, rss: 1_300 },
    seconds: 1,
  } as const;

  it('is held to what it held after a tenth', () => {
    expect(figuresOf(run).map(({ value, bound }) => [value, bound])).toEqual([
      [1.1, { atMost: 1.1 }],
      [1.3, { atMost: 1.25 }],
    ]);
  });

  it('says nothing where there were fewer events than asked for', () => {
    expect(figuresOf({ ...run, reached: 999 }).map(({ value }) => value)).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('a consumer that the dispatcher is measured beside', () => {
  const standIn = createStandIn(Date.now);
  const over = new AbortController();
  const on = { died: (sentence: string) => over.abort(new Error(sentence)), signal: over.signal };
  let endpoint = '';
  let target: Target;
  let consumer: Process<unknown> | undefined;

  beforeAll(async () => {
    endpoint = `http://127.0.0.1:${await listen(standIn, 0, '127.0.0.1')}`;
    target = await startTarget(on);
  });
  afterEach(() => consumer?.stop('SIGKILL'));
  afterAll(async () => {
    await target.stop();
    standIn.closeAllConnections();
    standIn.close();
  });

  const control = async (what: string, input: object = {}) => {
    const response = await fetch(`${endpoint}/control/${what}`, { method: 'POST', body: JSON.stringify(input) });
    return (await response.json()) as Counts;
  };

  it.each([
    ['sqs-consumer', { DeleteMessage: 40, DeleteMessageBatch: 0 }],
    ['sqs-consumer, batches', { DeleteMessage: 0 }],
    ['message-queue-toolkit', { DeleteMessage: 40, DeleteMessageBatch: 0 }],
  ])('delivers and deletes all that there is: %s', async (name, requests) => {
    const { answered } = await target.record();
    await control('reset');
    await control('fill', { queue: 'events', count: 40, body: eventBody() });
    consumer = await startProcess({
      name,
      command: process.execPath,
      args: ['bench/consumers/main.ts', name],
      env: {
        ...awsEnvironment(endpoint),
        TARGET_URL: target.url,
        CONCURRENCY: '20',
        QUEUE_URL: `${endpoint}/000000000000/events`,
      },
      readyBy: readListening,
      ...on,
    });
    let counts = await control('counts');
    while (counts.queues['events']?.deleted !== 40) {
      over.signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
      counts = await control('counts');
    }
    expect((await target.record()).answered - answered).toBe(40);
    expect(counts.requests).toMatchObject(requests);
  });
});
