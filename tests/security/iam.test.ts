import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { stringify } from 'yaml';
import { targetConfig } from '../receiver/harness.ts';
import { startApp } from '../support/process.ts';
import { spendDay, type Day } from './whole-day.ts';

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string().regex(/^\w+$/),
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.array(z.string()),
      Condition: z.record(z.string(), z.record(z.string(), z.string())).optional(),
    }),
  ),
});

const statementsOf = (role: string) =>
  policySchema.parse(JSON.parse(readFileSync(`infrastructure/modules/identity/policies/${role}.json`, 'utf8')))
    .Statement;
const queues: Record<string, string> = { '${QueueArn}': 'events', '${DeadLetterQueueArn}': 'dead-letters' };

/** As the recorder writes it: `SendMessage events`. */
const allowedOf = (role: string) =>
  statementsOf(role)
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((arn) => `${action.replace('sqs:', '')} ${queues[arn] ?? arn}`)),
    )
    .toSorted();

describe('the policies of modules/identity', () => {
  let day: Day;
  beforeAll(async () => {
    day = await spendDay();
  }, 120_000);

  it.each([
    ['receiver', 'receiver'],
    ['dispatcher', 'dispatcher'],
    ['cli', 'egw'],
  ] as const)('%s.json allows what is asked of SQS, and no more', (role, app) => {
    expect(allowedOf(role)).toEqual([...day[app]].toSorted());
  });

  it('keda.json allows to count what waits, and no more', () => {
    expect(allowedOf('keda')).toEqual(['GetQueueAttributes events']);
  });

  it('name each thing that they allow, and no wildcard', () => {
    const files = globSync('infrastructure/modules/identity/policies/*.json').map((file) => readFileSync(file, 'utf8'));
    expect(files).toHaveLength(6);
    for (const text of files) expect(text).not.toContain('*');
  });

  it('of encrypted queues allow the use of a key by SQS alone', () => {
    const [statement, ...more] = statementsOf('encrypted-queues');
    expect(more).toEqual([]);
    expect(statement).toMatchObject({
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Condition: { StringEquals: { 'kms:ViaService': 'sqs.${Region}.amazonaws.com' } },
    });
  });
});

describe('the policy of secrets in AWS', () => {
  const asked = new Set<string>();
  const services: Record<string, string> = { secretsmanager: 'secretsmanager', AmazonSSM: 'ssm' };
  const server = createServer((request, response) => {
    const [service = '', action = ''] = String(request.headers['x-amz-target']).split('.');
    // The dispatcher's questions to SQS, which is elsewhere in earnest.
    if (service in services) asked.add(`${services[service] ?? ''}:${action}`);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ SecretString: 'a secret', Parameter: { Value: 'a secret' } }));
  });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('secrets.json allows what is asked for, and no more', async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = targetConfig(['*'], `${endpoint}/000000000000/events`);
    for (const secret of [{ awsSecret: 'crm' }, { awsParameter: 'crm' }]) {
      const graphql = { ...config.graphql, auth: { apiKey: { header: 'x-api-key', secret } } };
      const EGW_CONFIG = join(folder, 'gateway.yaml');
      await writeFile(
        EGW_CONFIG,
        stringify({ auth: { allowAnonymous: true }, targets: { crm: { ...config, graphql } } }),
      );
      const app = await startApp('dispatcher', {
        EGW_CONFIG,
        EGW_TARGET: 'crm',
        REDIS_URL: 'redis://127.0.0.1:1',
        OPS_PORT: '0',
        HOST: '127.0.0.1',
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      });
      await app.stop();
    }
    const allowed = statementsOf('secrets').flatMap(({ Action }) => Action);
    expect(allowed).toEqual([...asked]);
  });
});
