import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { stringify } from 'yaml';
import { createAcknowledge } from '../../apps/dispatcher/acknowledge.ts';
import { createBury, type DeathReason } from '../../apps/dispatcher/bury.ts';
import { createLedger, type Ledger } from '../../apps/dispatcher/ledger.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { encode, keyOf, type GatewayEvent } from '../../apps/shared/event.ts';
import { createLog } from '../../apps/shared/log.ts';
import { forward } from '../support/forward.ts';
import { startQueue, type Queue } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

export const names = { instance: 'cli-tests', target: 'crm' };

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
}

/** Where an operator sits: a queue with its dead letters, a Redis, a configuration, and `egw`. */
export interface Desk {
  readonly queue: Queue;
  readonly redis: TestRedis;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly ledger: Ledger;
  readonly start: (args: readonly string[], more?: Record<string, string>) => Running;
  readonly egw: (args: readonly string[], more?: Record<string, string>, input?: string) => Promise<Run>;
  /** Buries events as the dispatcher does. */
  readonly bury: (events: readonly GatewayEvent[], death: DeathReason) => Promise<void>;
  /** Writes letters as they come, with what attributes they claim. */
  readonly write: (
    letters: readonly { readonly body: string; readonly attributes?: Record<string, string> }[],
  ) => Promise<void>;
  /** Visible and hidden messages of a queue. */
  readonly depth: (url: string) => Promise<readonly [number, number]>;
  /** Whether a letter can be received; it stays so. */
  readonly letterShown: () => Promise<boolean>;
  /** Between `egw` and SQS: calls of these actions wait for ever. */
  readonly hold: (action: string | undefined) => void;
  /** Calls of this action are answered with an error. */
  readonly refuse: (action: string) => void;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startDesk(windows: readonly object[] = [{ calls: 1_000, per: '1s' }]): Promise<Desk> {
  const queue = await startQueue();
  const redis = await startRedis();
  const folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
  const front = await startFront(queue.endpoint);
  const gateway = {
    auth: { allowAnonymous: true },
    targets: {
      crm: {
        queue: { url: queue.url, deadLetterUrl: queue.deadLetterUrl },
        graphql: {
          endpoint: 'https://crm.example/graphql',
          mutation: 'mutation ($input: I!) { deliver(input: $input) }',
        },
        limit: { windows },
      },
    },
  };
  await writeFile(join(folder, 'gateway.yaml'), stringify(gateway));
  const env = {
    EGW_CONFIG: join(folder, 'gateway.yaml'),
    EGW_INSTANCE: names.instance,
    REDIS_URL: `redis://127.0.0.1:${redis.redis.options.port ?? 0}`,
    AWS_ENDPOINT_URL_SQS: front.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  let owners = 0;
  const ledger = createLedger({
    scripts: loadScripts(redis.redis),
    ...names,
    leaseMs: 60_000,
    doubtMs: 0,
    retry: { attempts: 8, backoff: { first: 1_000, max: 900_000 } },
    newOwner: () => `owner-${++owners}`,
    random: () => 1,
  });
  const { deadLetter } = createAcknowledge(queue.direct, queue, () => 60_000, createLog('tests', 'silent'));
  // Of messages that are in no queue, so there is nothing to delete.
  const bury = createBury({
    ledger,
    acknowledge: { deadLetter, delete: () => Promise.resolve(true) },
    target: names.target,
    observe: { buried: () => undefined },
    now: Date.now,
  });
  const start: Desk['start'] = (args, more = {}) => {
    const child = spawn(process.execPath, [join(process.cwd(), 'apps/cli/main.ts'), ...args], {
      cwd: folder,
      env: { ...env, ...more },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
    return { child, ended };
  };
  return {
    queue,
    redis,
    folder,
    env,
    ledger,
    start,
    egw(args, more, input = '') {
      const { child, ended } = start(args, more);
      child.stdin?.end(input);
      return ended;
    },
    async bury(events, death) {
      for (const event of events) {
        const message = {
          messageId: '-',
          receiptHandle: '-',
          body: encode(event),
          sentAtMs: Date.now(),
          receiveCount: 1,
          firstSentAtMs: undefined,
          requestedAtMs: 0,
        };
        // The ledger has a conflict under the key that it will have.
        const told = death.class === 'conflict' ? ({ ...event, identity: 'digest' } as const) : event;
        const key = keyOf(names.instance, names.target, told);
        const end = await bury({ message, event, key }, '', key, death);
        if (end !== 'dead_lettered') throw new Error(`It was not buried: ${end}`);
      }
    },
    async write(letters) {
      for (let at = 0; at < letters.length; at += 10) {
        const Entries = letters.slice(at, at + 10).map(({ body, attributes = {} }, i) => ({
          Id: String(i),
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
          ),
        }));
        await queue.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.deadLetterUrl, Entries }));
      }
    },
    async depth(url) {
      const { Attributes = {} } = await queue.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      );
      return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
    },
    async letterShown() {
      const peek = new ReceiveMessageCommand({ QueueUrl: queue.deadLetterUrl, VisibilityTimeout: 0 });
      return (await queue.sqs.send(peek)).Messages?.length === 1;
    },
    hold: front.hold,
    refuse: front.refuse,
    async clear() {
      front.hold(undefined);
      await queue.purge();
      await redis.redis.flushall();
    },
    async close() {
      await front.close();
      await redis.close();
      await queue.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** An HTTP proxy that never passes on what it is told to hold. */
async function startFront(endpoint: string) {
  let held: string | undefined;
  let refused: string | undefined;
  const to = new URL(endpoint);
  const server = createServer((inbound, outbound) => {
    if (held !== undefined && inbound.headers['x-amz-target'] === `AmazonSQS.${held}`) return;
    if (refused !== undefined && inbound.headers['x-amz-target'] === `AmazonSQS.${refused}`) {
      inbound.resume();
      outbound.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
      outbound.end(JSON.stringify({ __type: 'com.amazonaws.sqs#AccessDenied', message: 'not now' }));
      return;
    }
    forward(to, inbound, outbound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (action: string | undefined) => {
      held = action;
      refused = undefined;
    },
    refuse: (action: string) => {
      refused = action;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The lines of `--json`. */
export function jsonLines({ stdout }: Run): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

export async function sendTo({ sqs, url }: Queue, body: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
}
