import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { describeFaults, readGatewayConfig } from '../../apps/shared/config.ts';

const queue = {
  url: 'https://sqs.eu-west-1.amazonaws.com/1/events',
  deadLetterUrl: 'https://sqs.eu-west-1.amazonaws.com/1/dead',
};
const graphql = {
  endpoint: 'https://crm.example/graphql',
  mutation: 'mutation ($input: I!) { deliver(input: $input) }',
};
const windows = [{ calls: 5, per: '1s' }];
const target = { queue, graphql, limit: { windows } };
const document = { auth: { allowAnonymous: true }, targets: { crm: target } };

function read(value: unknown) {
  return readGatewayConfig(typeof value === 'string' ? value : stringify(value));
}

function faultsOf(value: unknown): Record<string, string> {
  const result = read(value);
  if (result.ok) throw new Error('the configuration has no faults');
  return Object.fromEntries(result.faults.map(({ path, message }) => [path, message]));
}

const withGraphql = (more: object) => ({
  ...document,
  targets: { crm: { ...target, graphql: { ...graphql, ...more } } },
});

describe('gateway.yaml', () => {
  it('has a default for whatever may be left out', () => {
    const result = read(document);
    expect(result).toMatchObject({
      ok: true,
      config: {
        enrich: { brand: 'testBrand' },
        auth: { allowAnonymous: true },
        inbound: { requests: 1_000, per: 1_000 },
        schemas: {},
        targets: {
          crm: {
            match: ['*'],
            graphql: { timeout: 10_000, allowPlainHttp: false },
            limit: { concurrency: 5, margin: 20, withoutRedis: 'closed' },
            retry: { attempts: 8, backoff: { first: 1_000, max: 900_000 } },
            inDoubt: 'retry',
            latency: 1_000,
          },
        },
      },
    });
  });

  it('takes no queue twice, as one target would take the events of the other', () => {
    const other = { ...target, queue: { url: queue.url, deadLetterUrl: queue.url } };
    const faults = faultsOf({ ...document, targets: { crm: target, erp: other } });
    expect(Object.keys(faults)).toEqual(['targets.erp.queue.url', 'targets.erp.queue.deadLetterUrl']);
    expect(faults['targets.erp.queue.url']).toContain('is targets.crm.queue.url already');
  });

  it.each([
    ['100ms', 100],
    ['10s', 10_000],
    ['1m', 60_000],
  ])('reads the duration %s', (text, ms) => {
    expect(read(withGraphql({ timeout: text }))).toMatchObject({
      config: { targets: { crm: { graphql: { timeout: ms } } } },
    });
  });

  it.each([['10'], ['1.5s'], ['-1s'], ['10 s'], ['10S'], ['s'], ['']])('takes %j for no duration', (text) => {
    expect(faultsOf(withGraphql({ timeout: text }))['targets.crm.graphql.timeout']).toContain('is no duration');
  });

  it('tells the bounds of a duration', () => {
    for (const timeout of ['99ms', '61s', '99999999999999999999999d']) {
      expect(faultsOf(withGraphql({ timeout }))).toEqual({
        'targets.crm.graphql.timeout': 'must be from 100ms to 60s',
      });
    }
  });

  it('takes each policy of calls in doubt, and says what there are', () => {
    const withPolicy = (inDoubt: unknown) => ({ ...document, targets: { crm: { ...target, inDoubt } } });
    const reconcile = { query: 'query ($key: ID!) { delivery(key: $key) { id } }' };
    for (const policy of ['retry', 'deadLetter', { reconcile }, { reconcile: { ...reconcile, found: 'delivery.id' } }])
      expect(read(withPolicy(policy))).toMatchObject({ ok: true, config: { targets: { crm: { inDoubt: policy } } } });
    const says = 'is no policy: write retry, deadLetter, or reconcile: { query, found }';
    for (const policy of ['ask', true, ['retry']])
      expect(faultsOf(withPolicy(policy))).toEqual({ 'targets.crm.inDoubt': says });
    const sharing = { windows, withoutRedis: 'share' };
    const shared = { ...document, targets: { crm: { ...target, limit: sharing, inDoubt: { reconcile } } } };
    expect(faultsOf(shared)['targets.crm.limit.withoutRedis']).toContain('with inDoubt: retry');
  });

  it('tells every fault, by its path', () => {
    const bad = {
      enrich: { 'Not-A-Name': 'x' },
      auth: {},
      surprise: 1,
      targets: {
        crm: {
          queue: { url: 'events', deadLetterUrl: queue.deadLetterUrl },
          graphql: { ...graphql, timeout: 'soon' },
          limit: { windows: [...windows, ...windows], margin: '2s' },
          retry: { attempts: 0, backoff: { max: '13h' } },
          inDoubt: 'ask',
        },
      },
    };
    expect(Object.keys(faultsOf(bad)).sort()).toEqual(
      [
        '',
        'auth',
        'enrich.Not-A-Name',
        'targets.crm.graphql.timeout',
        'targets.crm.inDoubt',
        'targets.crm.limit.margin',
        'targets.crm.limit.windows',
        'targets.crm.queue.url',
        'targets.crm.retry.attempts',
        'targets.crm.retry.backoff.max',
      ].sort(),
    );
  });

  it('lets the name of a target be a label of Kubernetes', () => {
    for (const name of ['CRM', 'crm_1', '-crm', 'crm-', '1crm', 'x'.repeat(41)]) {
      expect(Object.keys(faultsOf({ ...document, targets: { [name]: target } }))).toEqual([`targets.${name}`]);
    }
    expect(read({ ...document, targets: { ['x'.repeat(40)]: target } }).ok).toBe(true);
    expect(faultsOf({ ...document, targets: {} })['targets']).toBe('must name at least one target');
  });

  it.each([
    ['bearer', { bearer: 'the-secret' }],
    ['apiKey', { apiKey: { header: 'X-Api-Key', secret: 'the-secret' } }],
    ['basic', { basic: { username: 'u', password: 'the-secret' } }],
    ['two at once', { bearer: { env: 'A' }, basic: { username: 'u', password: { env: 'B' } } }],
    ['two places', { bearer: { env: 'A', file: 'the-secret' } }],
  ])('never holds a secret itself: %s', (_name, auth) => {
    const faults = faultsOf(withGraphql({ auth }));
    expect(Object.keys(faults)[0]).toMatch(/^targets\.crm\.graphql\.auth/);
    expect(JSON.stringify(faults)).not.toContain('the-secret');
  });

  it.each([
    [{ bearer: { env: 'TOKEN' } }],
    [{ apiKey: { header: 'X-Api-Key', secret: { file: '/run/key' } } }],
    [{ basic: { username: 'u', password: { env: 'P' } } }],
  ])('refers to secrets: %j', (auth) => {
    expect(read(withGraphql({ auth }))).toMatchObject({ config: { targets: { crm: { graphql: { auth } } } } });
  });

  it('refuses plain http, but on loopback or where it is allowed', () => {
    const path = 'targets.crm.graphql.endpoint';
    for (const endpoint of ['http://crm.example/graphql', 'http://127.0.0.1.evil.example', 'http://10.0.0.1']) {
      expect(faultsOf(withGraphql({ endpoint }))[path]).toContain('allowPlainHttp');
      expect(read(withGraphql({ endpoint, allowPlainHttp: true })).ok).toBe(true);
    }
    for (const endpoint of ['http://localhost:4000/graphql', 'http://127.0.0.1:4000', 'http://[::1]:4000']) {
      expect(read(withGraphql({ endpoint })).ok).toBe(true);
    }
    for (const endpoint of ['ftp://crm.example', 'crm.example', 'javascript:alert(1)', '']) {
      expect(faultsOf(withGraphql({ endpoint }))[path]).toBe('is no http(s) URL');
      expect(faultsOf(withGraphql({ endpoint, allowPlainHttp: true }))[path]).toBe('is no http(s) URL');
    }
  });

  it('tells a plain http endpoint beside other faults', () => {
    expect(Object.keys(faultsOf(withGraphql({ endpoint: 'http://crm.example', timeout: 'soon' }))).sort()).toEqual([
      'targets.crm.graphql.endpoint',
      'targets.crm.graphql.timeout',
    ]);
  });

  it('lets somebody in, and says who', () => {
    const apiKeys = { file: '/keys.json' };
    expect(read({ ...document, auth: { apiKeys } }).ok).toBe(true);
    for (const auth of [{}, { allowAnonymous: false }, { apiKeys, allowAnonymous: true }]) {
      expect(Object.keys(faultsOf({ ...document, auth }))).toEqual(['auth']);
    }
  });

  it.each([['targets: ['], ['a: 1\na: 2'], ['\t- x']])('tells what is no YAML: %j', (text) => {
    expect(faultsOf(text)['']).toMatch(/^is not YAML: /);
  });

  it.each([[''], ['[]'], ['7'], ['null']])('tells what is no document of ours: %j', (text) => {
    expect(Object.keys(faultsOf(text)).length).toBeGreaterThan(0);
  });

  it('bounds what aliases can blow up', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'.split('').map((name, i) => {
        const before = 'abcdefg'[i] ?? '';
        return `${name}: &${name} [${Array<string>(10).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    expect(faultsOf(bomb)['']).toMatch(/^is not YAML: /);
  });
});

describe('faults', () => {
  it('are told one a line', () => {
    expect(
      describeFaults('gateway.yaml', [
        { path: '', message: 'is empty' },
        { path: 'a.b', message: 'is no c' },
      ]),
    ).toBe('gateway.yaml cannot be used:\n  it: is empty\n  a.b: is no c');
  });
});
