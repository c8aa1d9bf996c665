import { describe, expect, it } from '@jest/globals';
import { readWithGraphQL as read } from '../support/gateway-yaml.ts';

const faultsOf = (graphql: object) => {
  const result = read(graphql);
  if (result.ok) throw new Error('the configuration has no faults');
  return Object.fromEntries(
    result.faults.map(({ path, message }) => [path.replace('targets.crm.graphql.', ''), message]),
  );
};

const oauth2 = { tokenUrl: 'https://login.example/token', clientId: 'gateway', clientSecret: { env: 'SECRET' } };
const tls = { certificate: { file: '/tls/tls.crt' }, key: { file: '/tls/tls.key' } };

describe('the credential of a target', () => {
  it.each([
    [{ auth: { bearer: { awsSecret: 'crm', key: 'token' } } }],
    [{ auth: { basic: { username: 'gateway', password: { awsParameter: '/crm/password' } } } }],
    [{ auth: { oauth2 } }],
    [{ auth: { oauth2: { ...oauth2, scope: 'a b', audience: 'https://crm' } } }],
    [{ auth: { oauth2: { ...oauth2, tokenUrl: 'http://127.0.0.1:8080/token' } }, tls }],
    [{ tls: { ...tls, ca: { env: 'CA' } } }],
  ])('may be %j', (graphql) => {
    expect(read(graphql)).toMatchObject({ config: { targets: { crm: { graphql } } } });
  });

  it('signs for AppSync unless it is told for what', () => {
    expect(read({ auth: { sigv4: {} } })).toMatchObject({
      config: { targets: { crm: { graphql: { auth: { sigv4: { service: 'appsync' } } } } } },
    });
  });

  it.each<[object, Record<string, RegExp>]>([
    [{ auth: { oauth2: { ...oauth2, tokenUrl: 'http://login.example/token' } } }, { 'auth.oauth2.tokenUrl': /https/ }],
    [{ auth: { oauth2: { ...oauth2, tokenUrl: 'https://a:b@login.example' } } }, { 'auth.oauth2.tokenUrl': /a user/ }],
    [{ auth: { oauth2: { ...oauth2, scope: 'a  b' } } }, { 'auth.oauth2.scope': /is no scope/ }],
    [{ auth: { oauth2: { ...oauth2, clientId: 'a\nb' } } }, { 'auth.oauth2.clientId': /no client id/ }],
    [{ auth: { oauth2: { tokenUrl: 'https://login.example/token' } } }, { auth: /is no credential: write one of/ }],
    [{ auth: { oauth2, sigv4: {} } }, { auth: /is no credential: write one of/ }],
    [{ auth: { sigv4: { region: 'eu west' } } }, { 'auth.sigv4.region': /eu-west-1/ }],
    [{ auth: { apiKey: { header: 'x key', secret: { env: 'K' } } } }, { 'auth.apiKey.header': /is no header name/ }],
    [
      { auth: { apiKey: { header: 'Host', secret: { env: 'K' } } } },
      { 'auth.apiKey.header': /is written by the gate/ },
    ],
    [
      { auth: { apiKey: { header: 'Idempotency-Key', secret: { env: 'K' } } } },
      { 'auth.apiKey.header': /is written by the gateway itself/ },
    ],
    [{ auth: { basic: { username: 'a:b', password: { env: 'P' } } } }, { 'auth.basic.username': /holds a colon/ }],
    [{ endpoint: 'http://localhost:4000/graphql', tls }, { tls: /is for https alone/ }],
  ])('is told to be wrong, and where: %j', (graphql, says) => {
    const faults = faultsOf(graphql);
    expect(Object.keys(faults)).toEqual(Object.keys(says));
    for (const [path, message] of Object.entries(says)) expect(faults[path]).toMatch(message);
  });
});
