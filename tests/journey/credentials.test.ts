import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAwsStore } from '../support/aws-store.ts';
import { createAuthority, type Pair } from '../support/certificates.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { startGuard, type Admit, type Guard } from '../support/guard.ts';
import type { Env } from '../support/process.ts';
import { faultOfSignature } from '../support/verify-sigv4.ts';

let folder: string;
let open: (() => Promise<unknown>)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egw-credentials-'));
  open = [() => rm(folder, { recursive: true })];
});
afterEach(async () => {
  for (const close of open.reverse()) await close();
});

interface Guarded {
  readonly gateway: Gateway;
  readonly guard: Guard;
  /** Sends one event, and waits until it is delivered. */
  readonly deliver: () => Promise<void>;
  /** The next line that says that a secret cannot be used. */
  readonly unusable: () => Promise<unknown>;
}

async function start(
  graphql: Record<string, unknown>,
  admit: Admit,
  { env = {}, tls }: { readonly env?: Env; readonly tls?: Parameters<typeof startGuard>[2] } = {},
): Promise<Guarded> {
  let guard: Guard | undefined;
  const gateway = await startGateway({
    graphql: async (target) => {
      guard = await startGuard(target, admit, tls);
      open.push(guard.close);
      return { ...graphql, endpoint: guard.endpoint };
    },
    env,
  });
  open.push(gateway.close);
  if (guard === undefined) throw new Error('The gateway did not ask for its settings');
  let sent = 0;
  return {
    gateway,
    guard,
    async deliver() {
      await gateway.send({ id: `event ${++sent}` });
      await gateway.delivered(sent);
    },
    unusable: async () => gateway.dispatchers[0]?.logged(({ msg }) => msg === 'secret.unusable'),
  };
}

describe('a key in a file', () => {
  it('is read anew where it is refused; what cannot be used is told, and does not replace it', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'key-number-1\n');
    let inForce = 'key-number-1';
    const { gateway, guard, deliver, unusable } = await start(
      { auth: { apiKey: { header: 'X-Crm-Key', secret: { file } } } },
      ({ headers }) => (headers['x-crm-key'] === inForce ? undefined : 401),
    );
    for (const key of ['key-number-1', 'key-number-2']) gateway.planted.add(key);
    await deliver();
    expect(guard.turnedAway).toEqual([]);

    await writeFile(file, 'key-number-2\n');
    inForce = 'key-number-2';
    await deliver();
    expect(guard.turnedAway).toEqual([401]);

    await writeFile(file, 'key-number-3\nx-admin: yes\n');
    let refuses = 1;
    guard.admit = ({ headers }) => (refuses-- > 0 || headers['x-crm-key'] !== 'key-number-2' ? 401 : undefined);
    await deliver();
    expect(guard.turnedAway).toEqual([401, 401]);
    expect(await unusable()).toMatchObject({
      level: 'error',
      target: 'crm',
      fault: `The secret at file ${file} holds what no header may carry: store the secret alone`,
      advice: 'Mend it: what was read before stays in use',
    });
  });
});

describe('a token in AWS', () => {
  it('is read anew where it is refused', async () => {
    const store = await startAwsStore();
    open.push(store.close);
    store.secrets.set('crm', '{"token":"token-number-1"}');
    const { guard, deliver } = await start(
      { auth: { bearer: { awsSecret: 'crm', key: 'token' } } },
      ({ headers }) => (store.secrets.get('crm')?.includes(headers.authorization?.slice(7) ?? '?') ? undefined : 401),
      { env: { AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url } },
    );
    await deliver();
    store.secrets.set('crm', '{"token":"token-number-2"}');
    await deliver();
    expect(guard.turnedAway).toEqual([401]);
  });
});

describe('a certificate', () => {
  it('is shown; a new pair is shown by new connections, and one that cannot be used is not', async () => {
    const authority = createAuthority('Authority');
    const put = async ({ certificate, key }: Pair) => {
      await Promise.all([
        writeFile(join(folder, 'tls.crt'), certificate),
        writeFile(join(folder, 'tls.key'), key, { mode: 0o600 }),
      ]);
    };
    await writeFile(join(folder, 'ca.crt'), authority.certificate);
    const first = authority.issue('client-1');
    await put(first);
    const { certificate: cert, key } = authority.issue('target');
    let wanted = 'client-1';
    const { guard, deliver, unusable } = await start(
      {
        tls: {
          certificate: { file: join(folder, 'tls.crt') },
          key: { file: join(folder, 'tls.key') },
          ca: { file: join(folder, 'ca.crt') },
        },
      },
      (_request, _body, client) => (client === wanted ? undefined : 401),
      { tls: { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true } },
    );
    await deliver();
    expect(guard.turnedAway).toEqual([]);

    await put(authority.issue('client-2'));
    wanted = 'client-2';
    await deliver();
    expect(guard.turnedAway).toEqual([401]);

    await writeFile(join(folder, 'tls.key'), first.key);
    let refuses = 1;
    const { admit } = guard;
    guard.admit = (...call) => (refuses-- > 0 ? 401 : admit(...call));
    await deliver();
    expect(guard.turnedAway).toEqual([401, 401]);
    expect(await unusable()).toMatchObject({
      fault: expect.stringContaining('is of another key than the one at file') as unknown,
    });
  });
});

describe('Signature Version 4', () => {
  it('is made of each call, over its body and all of its header fields', async () => {
    const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret-access-key' };
    const signer = { ...keys, region: 'eu-west-1', service: 'appsync' };
    const faults: (string | undefined)[] = [];
    const { guard, deliver } = await start(
      { auth: { sigv4: { region: 'eu-west-1' } } },
      (request, body) => {
        const { method, url, headers } = request;
        const longer = Buffer.concat([body, Buffer.from(' ')]);
        const otherKey = { method, url, headers: { ...headers, 'idempotency-key': '"another"' } };
        faults.push(faultOfSignature(request, longer, signer), faultOfSignature(otherKey, body, signer));
        return faultOfSignature(request, body, signer) === undefined ? undefined : 401;
      },
      { env: { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey } },
    );
    await deliver();
    await deliver();
    expect(guard.turnedAway).toEqual([]);
    const [otherBody, otherRequest] = ['it is of another body', 'it is of another request or key'];
    expect(faults).toEqual([otherBody, otherRequest, otherBody, otherRequest]);
  });
});
