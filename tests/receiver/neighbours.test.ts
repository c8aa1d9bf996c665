import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { batched, cloudEvent, parsed, startReceiver, structured, type Receiver } from './harness.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

/** An SQS that answers each entry by its event's id: `fail-…` not now, `refuse-…` never; or all of them late. */
async function startSqsDouble() {
  let delayMs = 0;
  const requests: number[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const respond = (response: ServerResponse, entries: readonly Entry[]) => {
    const fate = ({ MessageBody }: Entry) => (JSON.parse(MessageBody) as { id: string }).id.split('-')[0];
    const failed = entries.filter((entry) => ['fail', 'refuse'].includes(fate(entry) ?? ''));
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(
      JSON.stringify({
        Successful: entries
          .filter((entry) => !failed.includes(entry))
          .map(({ Id }) => ({ Id, MessageId: `m-${Id}`, MD5OfMessageBody: '' })),
        Failed: failed.map((entry) => ({
          Id: entry.Id,
          Code: fate(entry) === 'refuse' ? 'InvalidMessageContents' : 'InternalError',
          SenderFault: fate(entry) === 'refuse',
        })),
      }),
    );
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries?: Entry[] };
      // The receiver also asks how much is waiting.
      if (Entries === undefined) {
        response.end('{"Attributes":{}}');
        return;
      }
      requests.push(Entries.length);
      const timer = setTimeout(() => {
        timers.delete(timer);
        respond(response, Entries);
      }, delayMs);
      timers.add(timer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    delay: (ms: number) => void (delayMs = ms),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('when a neighbour fails', () => {
  let sqs: Awaited<ReturnType<typeof startSqsDouble>>;
  let receiver: Receiver;
  beforeAll(async () => {
    sqs = await startSqsDouble();
    receiver = await startReceiver({ sqsPort: sqs.port });
  });
  afterAll(async () => {
    await receiver.close();
    await sqs.close();
  });

  const timed = async (id: string) => {
    const startedMs = performance.now();
    const answer = await receiver.post(JSON.stringify({ id }));
    return { ...answer, tookMs: performance.now() - startedMs };
  };

  it('an entry that SQS did not take fails its own request alone', async () => {
    const ids = ['a', 'fail-1', 'b', 'refuse-1', 'c', 'fail-2'];
    sqs.delay(50);
    const answers = await Promise.all([...ids, ...ids, ...ids].map(timed));
    sqs.delay(0);
    expect(Math.max(...sqs.requests)).toBeGreaterThan(1);
    expect(answers.map(({ status }) => status)).toEqual([1, 2, 3].flatMap(() => [202, 503, 202, 422, 202, 503]));
    expect(answers[1]?.headers.get('retry-after')).toBe('1');
    expect(answers[1]?.body).toMatchObject({ code: 'unavailable', id: 'fail-1', queued: [] });
    expect(answers[3]?.body).toMatchObject({ code: 'invalid', id: 'refuse-1' });
  });

  it('an entry of a batch fails alone too', async () => {
    const answer = await receiver.post(
      `[${cloudEvent('a')},${cloudEvent('fail-1')},${cloudEvent('refuse-1')}]`,
      batched,
    );
    expect(answer).toMatchObject({ status: 207, body: { results: [{ id: 'a' }, { status: 503 }, { status: 422 }] } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('a slow queue is told within 500 ms', async () => {
    sqs.delay(3_000);
    const answers = await Promise.all(['s1', 's2', 's3'].map(timed));
    sqs.delay(0);
    for (const { status, headers, body, tookMs } of answers) {
      expect({ status, body }).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(headers.get('retry-after')).toBe('1');
      expect(tookMs).toBeGreaterThan(450);
      expect(tookMs).toBeLessThan(800);
    }
    expect((await timed('after')).status).toBe(202);
  });

  it('a queue that is down is told within a second, and forgotten when it is back', async () => {
    receiver.queueProxy.cut();
    const { status, headers, tookMs } = await timed('down');
    expect({ status, retry: headers.get('retry-after') }).toEqual({ status: 503, retry: '1' });
    expect(tookMs).toBeLessThan(1_000);
    receiver.queueProxy.mend();
    expect((await timed('up')).status).toBe(202);
  });

  it('500 events a second are each acknowledged in time', async () => {
    // A machine that stalls for something else spoils a run; the bound stands, and there is one more try.
    const first = await load('first');
    const worst = first.p99Ms < 500 && first.refused === 0 ? first : await load('second');
    expect(worst.refused).toBe(0);
    expect(worst.p99Ms).toBeLessThan(500);
  }, 30_000);

  const load = async (run: string) => {
    const pool = new Pool(`http://127.0.0.1:${receiver.port}`, { connections: 64 });
    const headers = { ...structured, 'x-api-key': receiver.key };
    const took: number[] = [];
    let refused = 0;
    const one = async (i: number) => {
      const startedMs = performance.now();
      const options = { path: '/events', method: 'POST', headers, body: cloudEvent(`${run}-${i}`) } as const;
      const { statusCode, body } = await pool.request(options);
      await body.dump();
      took.push(performance.now() - startedMs);
      if (statusCode !== 202) refused++;
    };
    const under: Promise<void>[] = [];
    const startMs = performance.now();
    // Open loop: what is due is sent, however late the answers are.
    while (under.length < 1_500) {
      const due = Math.min(1_500, (performance.now() - startMs) / 2);
      while (under.length < due) under.push(one(under.length));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(under);
    await pool.close();
    took.sort((a, b) => a - b);
    return { refused, p99Ms: took[Math.floor(took.length * 0.99)] ?? Infinity };
  };

  it('a Redis that is down or frozen turns nobody away', async () => {
    receiver.redisProxy.freeze();
    expect((await timed('frozen')).status).toBe(202);
    receiver.redisProxy.cut();
    expect((await timed('cut')).status).toBe(202);
    receiver.redisProxy.mend();
  });

  it('a sender that leaves while it is looked up leaves nothing behind', async () => {
    receiver.redisProxy.freeze();
    const socket = connect(receiver.port, '127.0.0.1').on('error', () => undefined);
    const head = `POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${receiver.key}\r\nContent-Type: application/json\r\n`;
    await new Promise((resolve) => socket.write(`${head}Content-Length: 100\r\n\r\n{`, resolve));
    const inFlight = async () => {
      const metrics = await (
        await fetch(`http://127.0.0.1:${String(receiver.app.listening['ops_port'])}/metrics`)
      ).text();
      return /^eventgw_http_inflight_requests (\d+)$/m.exec(metrics)?.[1];
    };
    while ((await inFlight()) !== '1') await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    const left = receiver.app.logged(({ msg, outcome }) => msg === 'request.refused' && outcome === 'timeout');
    await left;
    expect(await inFlight()).toBe('0');
    receiver.redisProxy.mend();
  });

  it('a stop lets the request under way have its answer, and ends with 0', async () => {
    const body = '{"id":"last"}';
    const socket = connect(receiver.port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const head = `POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${receiver.key}\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    received = '';
    const exited = receiver.app.stop('SIGTERM');
    await receiver.app.logged(({ msg }) => msg === 'stopping');
    const startedMs = performance.now();
    socket.write(body);
    expect(await exited).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await closed;
    expect(parsed(received)).toMatchObject({ status: 202, body: { id: 'last' } });
  }, 30_000);
});
