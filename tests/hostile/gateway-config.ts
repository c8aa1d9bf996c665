export type QueueUrls = Readonly<Record<'crm' | 'crmDead' | 'shaped' | 'shapedDead' | 'sink' | 'sinkDead', string>>;

export const role = 'arn:aws:iam::123456789012:role/orders';

const mutation = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';

/** Nothing in it slows an attack down: what is attacked is how input is read, and not how much of it may come. */
const fast = { windows: [{ calls: 5_000, per: '1s' }], concurrency: 50, margin: '100ms' };

/** A call that failed ends in a dead letter at once, as nobody waits for its next try. */
const once = { attempts: 1, backoff: { first: '100ms', max: '1s' } };

/**
 * `crm` takes good events and those of webhooks, `shaped` makes its input by an expression; `sink` takes everything, and nobody
 * reads it but the suite.
 */
export function gatewayConfig({ urls, issuer, target }: { urls: QueueUrls; issuer: string; target: string }): object {
  const graphql = { endpoint: target, mutation, timeout: '1s', auth: { bearer: { env: 'TARGET_TOKEN' } } };
  const webhook = (scheme: string) => ({ scheme, secret: { env: `${scheme.toUpperCase()}_SECRET` } });
  return {
    auth: {
      apiKeys: { file: 'keys.json' },
      jwt: {
        aws: {
          issuer,
          audience: 'event-gateway',
          subjects: [role],
          algorithms: ['RS256', 'ES256', 'ES384', 'PS256', 'EdDSA'],
        },
      },
      webhooks: {
        github: webhook('github'),
        standard: webhook('standard'),
        stripe: webhook('stripe'),
        shopify: webhook('shopify'),
      },
    },
    cors: { origins: ['https://app.example.com'] },
    inbound: { requests: 100_000_000, per: '1s' },
    targets: {
      crm: {
        match: ['good.*'],
        queue: { url: urls.crm, deadLetterUrl: urls.crmDead },
        graphql,
        limit: fast,
        retry: once,
      },
      shaped: {
        match: ['shaped.*'],
        queue: { url: urls.shaped, deadLetterUrl: urls.shapedDead },
        graphql: { ...graphql, input: '{ "id": id, "kind": type, "whole": data, "first": $keys(data)[0] }' },
        limit: fast,
        retry: once,
      },
      sink: {
        queue: { url: urls.sink, deadLetterUrl: urls.sinkDead },
        graphql,
        limit: { windows: [{ calls: 100_000_000, per: '100ms' }] },
      },
    },
  };
}
