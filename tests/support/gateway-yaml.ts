import { stringify } from 'yaml';
import { readGatewayConfig } from '../../apps/shared/config.ts';

/** Reads a `gateway.yaml` of one target, `crm`, whose `graphql` says what it is given besides. */
export function readWithGraphQL(graphql: object) {
  return readGatewayConfig(
    stringify({
      auth: { allowAnonymous: true },
      targets: {
        crm: {
          queue: { url: 'https://sqs.example/1/events', deadLetterUrl: 'https://sqs.example/1/dead' },
          graphql: {
            endpoint: 'https://crm.example/graphql',
            mutation: 'mutation ($input: I!) { deliver(input: $input) }',
            ...graphql,
          },
          limit: { windows: [{ calls: 5, per: '1s' }] },
        },
      },
    }),
  );
}
