import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { newKey } from '../../apps/shared/keys.ts';
import type { Stage } from '../stage.ts';

/**
 * Writes a `gateway.yaml` of one target, `crm`, whose limits are above any pace that is measured, and its key file. `more`:
 * members besides.
 */
export async function writeGateway(
  { folder, standIn }: Stage,
  more: object = {},
): Promise<{ configPath: string; key: string }> {
  const { key, record } = newKey('bench', randomBytes);
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [record] }));
  const config = {
    ...more,
    auth: { apiKeys: { file: 'keys.json' } },
    inbound: { requests: 1_000_000_000, per: '1s' },
    targets: {
      crm: {
        queue: { url: standIn.queueUrl('crm'), deadLetterUrl: standIn.queueUrl('crm-dead') },
        graphql: {
          endpoint: 'http://127.0.0.1:9/graphql',
          mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
        },
        limit: { windows: [{ calls: 100_000, per: '1s' }] },
      },
    },
  };
  const configPath = join(folder, 'gateway.yaml');
  await writeFile(configPath, stringify(config));
  return { configPath, key };
}
