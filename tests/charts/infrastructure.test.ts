import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readGatewayConfig } from '../../apps/shared/config.ts';
import { toValuesFile } from '../../infrastructure/chart-values.ts';
import { render, type Manifest } from './render.ts';

const account = (name: string) => ({
  serviceAccount: {
    name: `event-gateway-${name}`,
    annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::123456789012:role/event-gateway-dev-${name}` },
  },
});
const queue = 'https://sqs.eu-west-1.amazonaws.com/123456789012/event-gateway-dev-crm';

/** What an environment puts out with IRSA; the run on LocalStack renders what Terraform itself did. */
const output = {
  aws: { region: 'eu-west-1' },
  dispatcher: account('dispatcher'),
  keda: { identity: 'operator' },
  metrics: { rules: { objectives: { ageSeconds: 1800 } } },
  receiver: account('receiver'),
  redis: { existingSecret: 'event-gateway-redis' },
  targets: { crm: { queue: { url: queue, deadLetterUrl: `${queue}-dead-letters` } } },
};

describe.each(['dev', 'prod'])('the values of environments/%s with those that Terraform made', (name) => {
  let folder: string;
  let manifests: readonly Manifest[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'egw-values-'));
    const file = join(folder, 'infrastructure.yaml');
    writeFileSync(file, toValuesFile(JSON.stringify(output)));
    manifests = await render([`infrastructure/environments/${name}/values.yaml`, file]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('make a configuration with the queues', () => {
    const config = manifests.find(({ data }) => data?.['gateway.yaml'] !== undefined);
    const read = readGatewayConfig(config?.data?.['gateway.yaml'] ?? '');
    expect(read).toMatchObject({ ok: true });
    expect(config?.data?.['gateway.yaml']).toContain(`${queue}-dead-letters`);
  });

  it('make the service accounts that the roles are lent to', () => {
    const accounts = manifests.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
    expect(accounts).toEqual(expect.arrayContaining(['event-gateway-receiver', 'event-gateway-dispatcher']));
  });
});
