import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { readListening, startProcess } from '../../tests/conformance/processes.ts';
import { repository } from '../../tests/conformance/tree.ts';
import { cores, pinned } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { awsEnvironment } from '../stand-in/start.ts';
import { dataSchema, eventType } from './event.ts';
import { writeGateway } from './gateway.ts';

/** One server that takes events at `/events`, alone on its core. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** What a request brings besides its event. */
  readonly headers: Readonly<Record<string, string>>;
  readonly stop: () => Promise<unknown>;
}

export const peers = [
  'naive',
  'bare-express',
  'node-http',
  'fastify',
  'sqs-producer',
  'message-queue-toolkit',
  'bullmq',
] as const;
export type Peer = (typeof peers)[number];

export const ours = 'Event Gateway';

/** As `npm run receiver` gives them to Node. */
export const receiverFlags = packageJson.scripts.receiver.split(' ').filter((word) => word.startsWith('--'));

const schemaFile = 'order.schema.json';

const contentType = { 'content-type': 'application/cloudevents+json' };

/** The same for all of them. */
const environment = ({ standIn, redis }: Stage) => ({
  ...awsEnvironment(standIn.endpoint),
  NODE_ENV: 'production',
  REDIS_URL: redis.url,
  HOST: '127.0.0.1',
});

async function startServer(
  stage: Stage,
  { name, args, env, headers }: Pick<Server, 'name' | 'headers'> & { args: readonly string[]; env: object },
): Promise<Server> {
  const { pid, ready, stop } = await startProcess({
    name,
    ...pinned(cores.measured, process.execPath, args),
    env: { ...environment(stage), ...env },
    readyBy: readListening,
    died: stage.died,
    signal: stage.signal,
  });
  stage.onClose(() => stop('SIGKILL'));
  return { name, pid, port: Number(ready['port']), headers, stop };
}

/** `delayMs`: in place of what a queue takes, for those that have none. */
export function startPeer(stage: Stage, name: Peer, delayMs = 0): Promise<Server> {
  return startServer(stage, {
    name,
    args: [`${import.meta.dirname}/../peers/${name}.ts`],
    env: { QUEUE_URL: stage.standIn.queueUrl(name), DELAY_MS: String(delayMs) },
    headers: contentType,
  });
}

/** The receiver as `npm run receiver` starts it: with a key, a schema, its log at its default, metrics, an inbound limit. */
export async function startOurs(stage: Stage): Promise<Server> {
  const { configPath, key } = await writeGateway(stage, { schemas: { [eventType]: schemaFile } });
  await writeFile(join(stage.folder, schemaFile), JSON.stringify(dataSchema));
  return startServer(stage, {
    name: ours,
    args: [...receiverFlags, join(repository, 'apps/receiver/main.ts')],
    env: { EGW_CONFIG: configPath, PORT: '0', OPS_PORT: '0' },
    headers: { ...contentType, authorization: `Bearer ${key}` },
  });
}
