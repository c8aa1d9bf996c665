import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { toValuesFile } from '../../infrastructure/chart-values.ts';
import { atLeast, atMost, type Bound } from '../conformance/proof.ts';
import { repository } from '../conformance/tree.ts';
import type { Findings } from '../observability/runs.ts';
import { startLocalStack } from './localstack.ts';
import { events, runPipeline } from './pipeline.ts';
import { done, init, say, withCopy } from './terraform.ts';

const outputs = z.object({
  queue: z.object({ value: z.object({ url: z.string(), deadLetterUrl: z.string() }) }),
  policies: z.object({ value: z.record(z.string(), z.string()) }),
  chart_values: z.object({ value: z.unknown() }),
});

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** What LocalStack says that the queues are, against what was asked for. */
async function wrongAttributes(endpoint: string, queue: { url: string; deadLetterUrl: string }): Promise<string[]> {
  const sqs = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });
  const read = async (QueueUrl: string) =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
  const [source, dead] = await Promise.all([read(queue.url), read(queue.deadLetterUrl)]);
  sqs.destroy();
  const expected: readonly [string, unknown, unknown][] = [
    ['retention', source.MessageRetentionPeriod, '1209600'],
    ['retention of dead letters', dead.MessageRetentionPeriod, '1209600'],
    ['visibility timeout', source.VisibilityTimeout, '60'],
    ['delay', source.DelaySeconds, '0'],
    ['encryption', source.SqsManagedSseEnabled, 'true'],
    ['encryption of dead letters', dead.SqsManagedSseEnabled, 'true'],
    [
      'redrive policy',
      source.RedrivePolicy && JSON.stringify(JSON.parse(source.RedrivePolicy)),
      JSON.stringify({ deadLetterTargetArn: dead.QueueArn, maxReceiveCount: 1000 }),
    ],
    [
      'redrive allow policy',
      dead.RedriveAllowPolicy && JSON.stringify(JSON.parse(dead.RedriveAllowPolicy)),
      JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [source.QueueArn] }),
    ],
    ['policy', source.Policy?.includes('aws:SecureTransport'), true],
    ['policy of dead letters', dead.Policy?.includes('aws:SecureTransport'), true],
  ];
  return expected
    .filter(([, is, asked]) => is !== asked)
    .map(([name, is, asked]) => `${name}: ${String(is)}, asked: ${String(asked)}`);
}

/** Whether helm renders the chart with what Terraform put out; nothing where there is no helm. */
async function renders(chartValues: unknown, folder: string, signal: AbortSignal): Promise<Bound | undefined> {
  const file = join(folder, 'infrastructure.yaml');
  await writeFile(file, toValuesFile(JSON.stringify(chartValues)));
  const values = ['infrastructure/environments/dev/values.yaml', file].flatMap((each) => ['--values', each]);
  const args = ['template', 'egw', 'charts/event-gateway', '--kube-version', '1.34.0', ...values];
  const said = await say('helm', args, { cwd: repository, signal }).catch(() => undefined);
  return said && atLeast(said.ok ? 'the chart renders' : `the chart: ${said.text}`, Number(said.ok), 1);
}

const list = (name: string, found: readonly string[]) => atMost([name, ...found].join('\n    '), found.length, 0);

/** Queues, secret, roles and policies on a LocalStack of its own; then the gateway runs over them. */
export async function lookAtApply(signal: AbortSignal): Promise<Findings> {
  return withCopy(async (root) => {
    const localstack = await startLocalStack(signal);
    try {
      const { endpoint } = localstack;
      const cwd = join(root, 'tests/infrastructure/localstack');
      const credential = randomUUID();
      const env = { TF_VAR_endpoint: endpoint, TF_VAR_credential: credential };
      const terraform = (...args: readonly string[]) => done('terraform', [...args], { cwd, env, signal });
      await init(cwd, signal);
      const startedMs = performance.now();
      const applied = await terraform('apply', '-auto-approve', '-no-color');
      const appliedSeconds = Math.round((performance.now() - startedMs) / 1_000);
      // What is asked for and what is told differ nowhere: a second plan has nothing to do (exit code 2 would say so).
      const again = await say('terraform', ['plan', '-detailed-exitcode', '-no-color'], { cwd, env, signal });
      const made = outputs.parse(JSON.parse(await terraform('output', '-json')));
      const queue = made.queue.value;
      const wrong = await wrongAttributes(endpoint, queue);
      const folder = join(root, 'pipeline');
      await mkdir(folder);
      const rendered = await renders(made.chart_values.value, folder, signal);
      const ran = await runPipeline({ endpoint, queue, secret: 'crm', region, folder, signal });
      const left = await leftOver(endpoint, queue);
      return {
        bounds: [
          list('attributes that are others', wrong),
          list('a second plan', again.ok ? [] : again.text.split('\n')),
          ...(rendered === undefined ? [] : [rendered]),
          atLeast('events accepted', ran.accepted, events),
          atLeast('events delivered', ran.delivered, events),
          atMost('effects that came twice', ran.duplicates, 0),
          atMost('messages left in both queues', left, 0),
          list(
            'credentials shown that are not the secret',
            ran.credentials.filter((shown) => shown !== credential),
          ),
          atLeast('credentials shown', ran.credentials.length, 1),
        ],
        figures: {
          'applied in (s)': appliedSeconds,
          resources: Number(/(\d+) added/.exec(applied)?.[1] ?? 0),
          policies: Object.keys(made.policies.value).length,
          chart: rendered === undefined ? 'NOT CHECKED: no helm' : 'rendered',
          delivered: `${ran.delivered} of ${ran.sent}`,
        },
      };
    } finally {
      await localstack.stop();
    }
  });
}

async function leftOver(endpoint: string, { url, deadLetterUrl }: { url: string; deadLetterUrl: string }) {
  const sqs = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const counts = await Promise.all(
    [url, deadLetterUrl].map(async (QueueUrl) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
      );
      return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    }),
  );
  sqs.destroy();
  return counts.reduce((sum, count) => sum + count, 0);
}
