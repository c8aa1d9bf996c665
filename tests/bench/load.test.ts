import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createArrivals } from '../../bench/load/arrivals.ts';
import { createHistogram } from '../../bench/load/histogram.ts';
import type { Arrivals, LoadResult } from '../../bench/load/plan.ts';
import { createRecord } from '../../bench/load/record.ts';
import { createRequests } from '../../bench/load/request.ts';
import { startClosed, startOpen } from '../../bench/load/send.ts';
import { listen } from '../../apps/shared/lifecycle.ts';

describe('the histogram', () => {
  it('tells quantiles to one hundredth of themselves', () => {
    const histogram = createHistogram();
    const times = Array.from({ length: 10_000 }, (_, i) => 0.02 * 1.001 ** i);
    for (const time of times) histogram.add(time);
    for (const share of [0.001, 0.5, 0.99, 0.999, 1]) {
      const exact = times[Math.ceil(share * times.length) - 1] ?? 0;
      expect(histogram.quantile(share) / exact).toBeGreaterThanOrEqual(0.9999);
      expect(histogram.quantile(share) / exact).toBeLessThanOrEqual(1.0101);
    }
  });

  it('knows nothing of nothing', () => {
    expect(createHistogram().quantile(0.5)).toBeNaN();
  });
});

describe('arrivals', () => {
  it('are the same for the same seed, and come as often as they are asked to', () => {
    const first = (seed: number) => Array.from({ length: 20_000 }, createArrivals(500, seed));
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
    expect((first(1).at(-1) ?? 0) / 1_000).toBeCloseTo(40, -0.5);
  });
});

/** Sends to a server of one answer, until so many are answered. */
async function send(answer: RequestListener, arrivals: Arrivals, count: number) {
  const ids: string[] = [];
  const enough = Promise.withResolvers<undefined>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      ids.push((JSON.parse(Buffer.concat(chunks).toString()) as { id: string }).id);
      answer(request, response);
      if (ids.length === count) enough.resolve(undefined);
    });
  });
  const port = await listen(server, 0, '127.0.0.1');
  const plan = { port, path: '/', headers: {}, body: '{"id":"{id}"}', warmUpMs: 0, windowMs: 0, arrivals, watch: [] };
  const now = () => performance.now();
  const record = createRecord([], now);
  const parts = { port, requests: createRequests(plan, 'abcdefgh'), record, now };
  record.open();
  const load = arrivals.kind === 'closed' ? startClosed(arrivals.connections, parts) : startOpen(arrivals, parts);
  await enough.promise;
  load.stop();
  while (load.outstanding() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  record.close();
  load.close();
  server.closeAllConnections();
  server.close();
  const result: LoadResult = record.result(load.outstanding(), load.mostConnections());
  return { ids, result };
}

describe('the load', () => {
  it('gives each event an id of its own', async () => {
    const { ids } = await send((_, response) => void response.end('ok'), { kind: 'closed', connections: 3 }, 50);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^abcdefgh\d{8}$/);
  });

  it('counts answers by status, however they are written', async () => {
    let count = 0;
    const answer: RequestListener = (request, response) => {
      count++;
      if (count % 3 === 0) response.writeHead(503, { connection: 'close' }).end('no');
      else if (count % 3 === 1) response.writeHead(202).end('one piece');
      else {
        response.writeHead(202).write('piece after ');
        setImmediate(() => response.end('piece'));
      }
      if (count === 20) request.socket.destroy();
    };
    const { ids, result } = await send(answer, { kind: 'closed', connections: 2 }, 60);
    const { statuses } = result;
    expect(Object.keys(statuses).toSorted()).toEqual(['202', '503', 'lost']);
    expect(Object.values(statuses).reduce((sum, each) => sum + each, 0)).toBe(ids.length);
    expect(result.refusedTimes.count).toBe(statuses['503']);
    expect(result.acknowledged).toBe(statuses['202']);
  });

  it('counts the time from when a request was due, also while no connection is free', async () => {
    const answer: RequestListener = (_, response) => void setTimeout(() => response.end('ok'), 20);
    const arrivals = { kind: 'open', perSecond: 1_000, seed: 1, mostConnections: 1 } as const;
    const { result } = await send(answer, arrivals, 10);
    // The tenth waited for nine before it.
    expect(result.acknowledgedTimes.maxMs).toBeGreaterThan(150);
    expect(result.mostConnections).toBe(1);
  });
});
