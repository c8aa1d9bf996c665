import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { stringify } from 'yaml';
import { declareFirstStart } from '../shared/first-start.ts';
import { newKey } from '../shared/keys.ts';
import { createRedis } from '../shared/redis.ts';
import type { RandomBytes } from '../shared/tracing.ts';

export const targetName = 'crm';

/** What the target refuses to exceed, and the dispatchers are told. */
export const limit = { calls: 5, perMs: 1_000 } as const;

/** Calls in flight per dispatcher. */
const concurrency = 5;

export interface Depth {
  /** To be received now. */
  readonly waiting: number;
  /** Received by a dispatcher, or hidden until a time. */
  readonly inHand: number;
}

export interface Queues {
  readonly url: string;
  readonly deadLetterUrl: string;
  readonly depth: () => Promise<Depth>;
  readonly deadLetters: () => Promise<number>;
  readonly remove: () => Promise<void>;
}

/** Two queues of this run's own, with the attributes that the gateway asks for. */
export async function createQueues(sqs: SQSClient, suffix: string): Promise<Queues> {
  const create = async (name: string, attributes: Partial<Record<QueueAttributeName, string>>) => {
    const made = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-${suffix}`, Attributes: attributes }));
    if (made.QueueUrl === undefined) throw new Error(`SQS made the queue ${name}-${suffix}, but did not give its URL.`);
    return made.QueueUrl;
  };
  const attributesOf = async (url: string, ...names: QueueAttributeName[]) => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names }));
    return names.map((name) => Attributes[name] ?? '');
  };
  const retention = { MessageRetentionPeriod: '1209600' };
  const deadLetterUrl = await create('event-gateway-dead-letters', retention);
  const [deadLetterTargetArn] = await attributesOf(deadLetterUrl, 'QueueArn');
  const url = await create('event-gateway-events', {
    ...retention,
    VisibilityTimeout: '60',
    // The dispatcher judges what is dead; SQS only steps in where no dispatcher ever gets to judge.
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1_000 }),
  });
  const depthOf = async (queueUrl: string): Promise<Depth> => {
    const counts = await attributesOf(
      queueUrl,
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    );
    const [waiting = 0, hidden = 0, delayed = 0] = counts.map(Number);
    return { waiting, inHand: hidden + delayed };
  };
  return {
    url,
    deadLetterUrl,
    depth: () => depthOf(url),
    async deadLetters() {
      const { waiting, inHand } = await depthOf(deadLetterUrl);
      return waiting + inHand;
    },
    async remove() {
      for (const each of [url, deadLetterUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl: each }));
    },
  };
}

export interface Configuration {
  readonly path: string;
  /** What a sender shows as `X-API-Key`. */
  readonly key: string;
}

/** Writes `gateway.yaml` and the key file that it names. */
export async function writeConfiguration(
  folder: string,
  queue: Pick<Queues, 'url' | 'deadLetterUrl'>,
  endpoint: string,
  randomBytes: RandomBytes,
): Promise<Configuration> {
  const { key, record } = newKey('local', randomBytes);
  const file = join(folder, 'keys.json');
  await writeFile(file, `${JSON.stringify({ keys: [record] }, undefined, 2)}\n`, { mode: 0o600 });
  const path = join(folder, 'gateway.yaml');
  const gateway = {
    auth: { apiKeys: { file } },
    targets: {
      [targetName]: {
        queue: { url: queue.url, deadLetterUrl: queue.deadLetterUrl },
        graphql: {
          endpoint,
          mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
        },
        limit: { windows: [{ calls: limit.calls, per: `${limit.perMs}ms` }], concurrency },
      },
    },
  };
  await writeFile(path, stringify(gateway));
  return { path, key };
}

/** A Redis that has just begun may take longer for its first script than the 200 ms a command gets. */
const declarations = 5;

/** Tells Redis that nobody has called the target yet, so that the first call need not wait for a forgotten past. */
export async function declareUnused(redisUrl: string, instance: string): Promise<void> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    for (let i = 1; ; i++) {
      const declared = await declareFirstStart(redis, { instance, target: targetName }, []);
      if (declared.ok) return;
      if (i === declarations) throw new Error(declared.reason);
    }
  } catch (error) {
    const { host } = new URL(redisUrl);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Redis at ${host} cannot be used (${reason}): start it, or unset REDIS_URL for the embedded one.`, {
      cause: error,
    });
  } finally {
    redis.disconnect();
  }
}
