import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { listen } from '../../apps/shared/lifecycle.ts';
import { newKey, type KeyRecord } from '../../apps/shared/keys.ts';
import { atMost } from '../conformance/proof.ts';
import { startRedisServer } from '../conformance/redis-server.ts';
import { startTraceReceiver } from './otlp.ts';
import type { Findings } from './runs.ts';

const variants = ['bare', 'told', 'traced'] as const;
type Variant = (typeof variants)[number];

/**
 * Of each variant a new process in each round, as one is faster than another from its start by more than what is looked for;
 * and in another order, as the machine is now faster and now slower.
 */
const rounds = 7;
const roundMs = 2_500;
/** Until the code that tells is compiled as well. */
const warmUpMs = 4_000;
const connections = 32;

interface Running {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** An SQS that confirms every entry of a batch at once. */
async function startSink(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { Entries } = JSON.parse(text) as { Entries: { Id: string }[] };
      const Successful = Entries.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' }));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ Successful, Failed: [] }));
    });
  });
  const port = await listen(server, 0, '127.0.0.1');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

interface Neighbours {
  readonly folder: string;
  readonly collectorUrl: string;
  readonly redisUrl: string;
  readonly sqsUrl: string;
  readonly record: KeyRecord;
}

async function startReceiver(variant: Variant, neighbours: Neighbours): Promise<Running> {
  const { folder, collectorUrl, redisUrl, sqsUrl, record } = neighbours;
  // A file, as the runtime of containers keeps one.
  const log = await open(join(folder, `${variant}.log`), 'w');
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'cost-receiver.ts'), variant, redisUrl, JSON.stringify([record])],
    {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
        AWS_ENDPOINT_URL_SQS: sqsUrl,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
      stdio: ['ignore', log.fd, 'pipe'],
    },
  );
  if (child.stderr === null) throw new Error('Its stderr is piped');
  const lines = createInterface(child.stderr);
  const [line] = (await once(lines, 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    async stop() {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      await log.close();
    },
  };
}

const body = JSON.stringify({
  specversion: '1.0',
  id: 'e-1',
  source: '/cost',
  type: 'order.created',
  data: { order: 'x'.repeat(400) },
});

const requestWith = (key: string) =>
  [
    'POST /events HTTP/1.1',
    'host: localhost',
    `x-api-key: ${key}`,
    'content-type: application/cloudevents+json',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');

/**
 * Requests answered a second, by as many connections as keep the receiver busy. They speak HTTP in its plainest form: a client
 * that works as hard as the receiver would share its cores, and hide what the receiver does.
 */
async function measure({ port }: Running, key: string, forMs: number): Promise<number> {
  const request = requestWith(key);
  const endMs = performance.now() + forMs;
  let answered = 0;
  const talk = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.setNoDelay(true).setEncoding('latin1');
      socket.on('data', (answer: string) => {
        // Nothing else answers in so few bytes that one packet holds them.
        if (!answer.startsWith('HTTP/1.1 202'))
          socket.destroy(new Error(`The receiver answered ${answer.slice(0, 60)}`));
        answered++;
        if (performance.now() < endMs) socket.write(request);
        else socket.end();
      });
      socket.on('error', reject).on('close', () => resolve());
    });
  await Promise.all(Array.from({ length: connections }, talk));
  return answered / (forMs / 1_000);
}

const median = (figures: readonly number[]) => figures.toSorted((one, other) => one - other)[figures.length >> 1] ?? 0;

/** What metrics, logs and traces take from the throughput of the receiver, beside one that tells nothing. */
export async function lookAtCost(): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'egw-cost-'));
  const collector = await startTraceReceiver();
  const sink = await startSink();
  const redis = await startRedisServer(folder, () => undefined, new AbortController().signal);
  const { key, record } = newKey('cost', randomBytes);
  const neighbours = { folder, collectorUrl: collector.url, redisUrl: redis.url, sqsUrl: sink.url, record };
  const ratios = { told: [] as number[], traced: [] as number[] };
  const bare: number[] = [];
  const measureOne = async (variant: Variant): Promise<number> => {
    const running = await startReceiver(variant, neighbours);
    try {
      await measure(running, key, warmUpMs);
      return await measure(running, key, roundMs);
    } finally {
      await running.stop();
    }
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const perSecond = { bare: 0, told: 0, traced: 0 };
      const order = round % 2 === 0 ? variants : variants.toReversed();
      for (const variant of order) perSecond[variant] = await measureOne(variant);
      bare.push(perSecond.bare);
      ratios.told.push(perSecond.told / perSecond.bare);
      ratios.traced.push(perSecond.traced / perSecond.told);
    }
  } finally {
    await collector.close();
    sink.close();
    await redis.stop();
    await rm(folder, { recursive: true });
  }
  const percent = (ratio: number) => Math.round((1 - ratio) * 1_000) / 10;
  const told = percent(median(ratios.told));
  const traced = percent(median(ratios.traced));
  return {
    bounds: [atMost('metrics and logs take, %', told, 10), atMost('tracing at 10 % takes besides, %', traced, 15)],
    figures: {
      'metrics and logs take (%)': told,
      'tracing at 10 % besides (%)': traced,
      'requests a second without': Math.round(median(bare)),
    },
  };
}
