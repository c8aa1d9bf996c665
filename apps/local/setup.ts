import type { RandomBytes } from '../shared/tracing.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { stringify } from 'yaml';
import { newKey } from '../shared/keys.ts';

export interface Queues {
  readonly url: string;
  readonly deadLetterUrl: string;
  /** Messages that are there, hidden ones too. */
  readonly depth: () => Promise<number>;
  readonly deadLetters: () => Promise<number>;
  readonly close: () => void;
}

/** SQS' longest retention, in s. */
const retention = '1209600';

/** Makes the queue and its dead-letter queue where they are missing. */
export async function setUpQueues(sqs: SQSClient, suffix: string): Promise<Queues> {
  const create = async (name: string, attributes: Record<string, string>) => {
    const command = new CreateQueueCommand({
      QueueName: `${name}${suffix}`,
      Attributes: { MessageRetentionPeriod: retention, ...attributes },
    });
    return (await sqs.send(command)).QueueUrl ?? '';
  };
  const attributesOf = async (url: string) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    return (await sqs.send(command)).Attributes ?? {};
  };
  const depthOf = async (url: string) => {
    const attributes = await attributesOf(url);
    const parts = [
      attributes.ApproximateNumberOfMessages,
      attributes.ApproximateNumberOfMessagesNotVisible,
      attributes.ApproximateNumberOfMessagesDelayed,
    ];
    return parts.reduce((sum, part) => sum + Number(part ?? 0), 0);
  };
  const deadLetterUrl = await create('event-gateway-dead-letters', {});
  const deadLetterTargetArn = (await attributesOf(deadLetterUrl)).QueueArn ?? '';
  const url = await create('event-gateway', {
    VisibilityTimeout: '60',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1000 }),
  });
  return {
    url,
    deadLetterUrl,
    depth: () => depthOf(url),
    deadLetters: () => depthOf(deadLetterUrl),
    close: () => sqs.destroy(),
  };
}

export const limit = { calls: 5, perMs: 1_000 };

export const targetName = 'crm';

/** Writes gateway.yaml and the key file that both apps read; resolves with the key, which stands nowhere else. */
export async function writeConfig(
  folder: string,
  queue: Pick<Queues, 'url' | 'deadLetterUrl'>,
  targetPort: number,
  randomBytes: RandomBytes,
): Promise<{ readonly path: string; readonly key: string }> {
  const { key, record } = newKey('local', randomBytes);
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [record] }), { mode: 0o600 });
  const config = {
    auth: { apiKeys: { file: 'keys.json' } },
    targets: {
      [targetName]: {
        queue: { url: queue.url, deadLetterUrl: queue.deadLetterUrl },
        graphql: {
          endpoint: `http://127.0.0.1:${targetPort}/graphql`,
          mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
        },
        limit: { windows: [{ calls: limit.calls, per: `${limit.perMs}ms` }], concurrency: 5 },
      },
    },
  };
  const path = join(folder, 'gateway.yaml');
  await writeFile(path, stringify(config));
  return { path, key };
}
