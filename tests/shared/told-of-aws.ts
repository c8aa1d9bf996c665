import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { stringify } from 'yaml';
import { example } from '../../docs/aws-error-rows.ts';
import { awsFaults, type AwsFault } from '../../apps/shared/aws-faults.ts';
import { startApp, type AppProcess, type Env } from '../support/process.ts';
import { quoted, type FaultName } from './aws-answers.ts';

/** What may differ from the sentence of the document. */
export interface Seen {
  readonly code?: string;
  readonly host?: string;
  readonly action?: string;
  readonly queue?: string;
}

/** The sentence that docs/aws-errors.md promises, for what was seen. */
export function promised(fault: FaultName, { code, host, action, queue }: Seen = {}): string {
  const rows = readFileSync('docs/aws-errors.md', 'utf8')
    .split('<!-- aws errors -->')[1]
    ?.trimStart()
    .split('\n\n')[0]
    ?.split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const row = rows?.[Object.keys(awsFaults).indexOf(fault)];
  const [first = ''] = (awsFaults[fault] as AwsFault).when.flatMap(({ codes }) => codes);
  return `${row?.[2] ?? ''}: ${row?.[3] ?? ''}`
    .replace(` (${first})`, code === undefined ? '' : ` (${code})`)
    .replaceAll(example.host, host ?? example.host)
    .replaceAll('sqs:SendMessage', action ?? 'sqs:SendMessage')
    .replaceAll('crm-events', queue ?? 'crm-events');
}

export interface Told {
  readonly code: number | null;
  readonly stderr: string;
}

export interface Installation {
  readonly env: Env;
  /** A line of the log or of standard error that has any of them tells a secret. */
  readonly secrets: readonly string[];
  readonly receiver: (more?: Env) => Promise<AppProcess>;
  /** One that ends by itself. */
  readonly ended: (app: 'receiver' | 'dispatcher', more: Env) => Promise<Told>;
  readonly egw: (args: readonly string[], more?: Env) => Promise<Told>;
  readonly close: () => Promise<void>;
}

const target = (match: string, url: string, auth?: object) => ({
  match: [match],
  queue: { url, deadLetterUrl: url.replace('events', 'letters') },
  graphql: {
    endpoint: 'http://127.0.0.1:9/graphql',
    mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
    ...(auth === undefined ? {} : { auth }),
  },
  limit: { windows: [{ calls: 50, per: '1s' }], concurrency: 5 },
});

/** Apps with the queue of the document in eu-west-1, and, for events of type `elsewhere`, one in us-east-1. */
export async function install(env: Env, auth?: object): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'egw-aws-'));
  const config = {
    auth: { allowAnonymous: true },
    targets: { crm: target('here', example.queueUrl, auth), erp: target('elsewhere', example.urlElsewhere) },
  };
  const path = join(folder, 'gateway.yaml');
  await writeFile(path, stringify(config));
  const [secret, token] = [`secret-${randomUUID()}`, `token-${randomUUID()}`];
  const base: Env = {
    ...env,
    EGW_CONFIG: path,
    EGW_TARGET: 'crm',
    EGW_INSTANCE: `tests-${randomUUID()}`,
    // Nobody is there: what it says stands in lines of its own.
    REDIS_URL: 'redis://127.0.0.1:9',
    PORT: '0',
    OPS_PORT: '0',
    HOST: '127.0.0.1',
    AWS_REGION: example.region,
    AWS_ACCESS_KEY_ID: 'AKIAOFTHESETESTS',
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: folder,
  };
  const run = async (args: readonly string[], more: Env): Promise<Told> => {
    const child = spawn(process.execPath, args, { env: { ...base, ...more }, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stderr };
  };
  return {
    env: base,
    secrets: [secret, token, 'AKIAOFTHESETESTS', payload, quoted],
    receiver: (more) => startApp('receiver', { ...base, ...more }),
    ended: (app, more) => run([`apps/${app}/main.ts`], more),
    egw: (args, more = {}) => run(['apps/cli/main.ts', ...args], more),
    close: () => rm(folder, { recursive: true }),
  };
}

const payload = 'payload-of-these-tests';

/** Sends an event, which is refused as the queue does not take it, and waits until all that is logged of it can be read. */
export async function send({ listening, logged }: AppProcess, type: 'here' | 'elsewhere'): Promise<number> {
  const id = randomUUID();
  const { status } = await fetch(`http://127.0.0.1:${String(listening['port'])}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ specversion: '1.0', id, source: 'tests', type, data: { payload } }),
  });
  await logged((line) => line['msg'] === 'event.received' && line['event_id'] === id);
  return status;
}

/** Fails where a text has the sentence never or twice. */
export function expectOnce(text: string, sentence: string): void {
  expect(text).toContain(sentence);
  expect(text.split(sentence)).toHaveLength(2);
}

/** Waits until the app logs the sentence, and fails where it does so never or twice. */
export async function expectToldOnce(app: AppProcess, msg: string, sentence: string): Promise<void> {
  const told = app.logged((line) => line['msg'] === msg && line['advice'] === sentence);
  await Promise.race([told, new Promise((resolve) => setTimeout(resolve, longestMs).unref())]);
  const all = app.log.filter((line) => line['msg'] === msg).map(({ error, advice }) => advice ?? error);
  expect(all).toContain(sentence);
  expect(all.filter((each) => each === sentence)).toHaveLength(1);
}

/** More than any app waits before it gives a request up. */
const longestMs = 10_000;
