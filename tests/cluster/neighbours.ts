import { readFile } from 'node:fs/promises';
import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { askTarget, type TargetRecord } from '../conformance/target-record.ts';
import { repository } from '../conformance/tree.ts';
import type { Kubernetes } from './kubernetes.ts';

/** Targets of all scenarios; each has a queue and a GraphQL API of its own. */
export const targetNames = ['crm', 'billing'] as const;
export type TargetName = (typeof targetNames)[number];

/** Of the queue: messages that wait, that a pod has, and that are not to be seen yet. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface Neighbours {
  readonly targets: Readonly<Record<TargetName, TargetRecord>>;
  readonly depth: (target: TargetName) => Promise<Depth>;
  /** Takes the dead letters out of their queue. */
  readonly takeLetters: (target: TargetName) => Promise<readonly Message[]>;
  /** Forgets all events and all that the targets recorded. */
  readonly clear: () => Promise<void>;
  /** Waits until all of them answer. */
  readonly ready: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const neighboursNamespace = 'egw-test-neighbours';

/** A call takes as long as in the arithmetic of the pods that are of use. */
export const latencyMs = 400;

/** They record and do not refuse: what their LIMIT_CALLS takes at most. */
const recording = { LIMIT_CALLS: '100000', LATENCY_MS: String(latencyMs), LOG_LEVEL: 'warn' };

interface Manifest {
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string };
}

/** What stands in k8s/ for local clusters, in a namespace of its own. */
async function readManifests(): Promise<readonly Manifest[]> {
  const read = async (file: string) =>
    (await readFile(`${repository}/k8s/${file}.yaml`, 'utf8'))
      .replace('for name in crm;', `for name in ${targetNames.join(' ')};`)
      .replaceAll('namespace: local', `namespace: ${neighboursNamespace}`)
      .replace('image: event-gateway-target', 'image: event-gateway-target:test');
  const parse = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const [localstack, redis, target] = await Promise.all(['localstack', 'redis', 'target'].map(read));
  const env = Object.entries(recording).map(([name, value]) => `            - { name: ${name}, value: '${value}' }`);
  const targets = targetNames.map((name) =>
    (target ?? '')
      .replace(/ {12}- \{ name: (LIMIT_CALLS|LATENCY_MS), .*\n/g, '')
      .replace(/( {10}env:\n)/, `$1${env.join('\n')}\n`)
      .replaceAll('name: target,', `name: ${name},`)
      .replaceAll('app: target', `app: ${name}`),
  );
  return [localstack ?? '', redis ?? '', ...targets].flatMap(parse);
}

/** As k8s/localstack.yaml has them: LocalStack takes any. */
export const credentials = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'localstack' },
  stringData: { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
};

const deployments = ['localstack', 'redis', ...targetNames];

export async function startNeighbours(kubernetes: Kubernetes, signal: AbortSignal): Promise<Neighbours> {
  const { kubectl, reach } = kubernetes;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: neighboursNamespace } };
  await kubectl(['apply', '-f', '-'], JSON.stringify(namespace));
  const items = await readManifests();
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const ready = async () => {
    for (const name of deployments)
      await kubectl(['rollout', 'status', `deployment/${name}`, '-n', neighboursNamespace, '--timeout=120s']);
  };
  await ready();
  const sqs = new SQSClient({
    endpoint: await reach(neighboursNamespace, 'localstack', 4566),
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
    // While it is frozen it says nothing.
    requestHandler: { requestTimeout: 2_000, throwOnRequestTimeout: true },
    maxAttempts: 1,
  });
  const record = async (name: TargetName) => askTarget(await reach(neighboursNamespace, name, 4001), signal);
  const targets = { crm: await record('crm'), billing: await record('billing') };
  return {
    targets,
    async depth(target) {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl(target), AttributeNames: ['All'] }),
      );
      const { visible, inFlight, delayed } = attributesSchema.parse(Attributes);
      return { visible, inFlight, delayed };
    },
    async takeLetters(target) {
      const all: Message[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl(`${target}-dead-letters`),
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return all;
        all.push(...Messages);
      }
    },
    async clear() {
      for (const queue of targetNames.flatMap((name) => [name, `${name}-dead-letters`]))
        await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl(queue) }));
      await Promise.all(Object.values(targets).map((target) => target.reset()));
    },
    ready,
    stop() {
      sqs.destroy();
      return Promise.resolve();
    },
  };
}

const attributesSchema = z
  .object({
    ApproximateNumberOfMessages: z.coerce.number(),
    ApproximateNumberOfMessagesNotVisible: z.coerce.number(),
    ApproximateNumberOfMessagesDelayed: z.coerce.number(),
  })
  .transform((all) => ({
    visible: all.ApproximateNumberOfMessages,
    inFlight: all.ApproximateNumberOfMessagesNotVisible,
    delayed: all.ApproximateNumberOfMessagesDelayed,
  }));

/** As pods know it. */
export function queueUrl(queue: string): string {
  return `http://localstack.${neighboursNamespace}.svc:4566/000000000000/${queue}`;
}
