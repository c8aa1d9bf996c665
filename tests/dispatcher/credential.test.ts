import { describe, expect, it } from '@jest/globals';
import { openSecretCredential, type SecretAuth } from '../../apps/dispatcher/credential.ts';
import { createReadSecret } from '../../apps/shared/secrets.ts';

/** A credential from an environment that can be changed, and what was told of it. */
async function open(auth: SecretAuth, env: Record<string, string | undefined>) {
  const told: string[] = [];
  let readings = 0;
  const nowhere = () => Promise.reject(new Error('There is none'));
  const read = createReadSecret({ env, readFile: nowhere, awsSecret: nowhere, awsParameter: nowhere });
  const credential = await openSecretCredential(auth, {
    readSecret: (ref) => {
      readings++;
      return read(ref);
    },
    unusable: (fault) => void told.push(fault),
  });
  return { ...credential, told, readings: () => readings };
}

const bearer = { bearer: { env: 'KEY' } };

describe('a credential', () => {
  it.each<[SecretAuth, Record<string, string>]>([
    [{ apiKey: { header: 'X-Api-Key', secret: { env: 'KEY' } } }, { 'x-api-key': 'the secret' }],
    [bearer, { authorization: 'Bearer the secret' }],
    [{ basic: { username: 'us er', password: { env: 'KEY' } } }, { authorization: 'Basic dXMgZXI6dGhlIHNlY3JldA==' }],
  ])('is a header: %j', async (auth, headers) => {
    expect((await open(auth, { KEY: 'the secret' })).headers()).toEqual(headers);
  });

  it.each([
    ['missing', undefined, 'is empty or missing'],
    ['empty', '', 'is empty or missing'],
    ['two lines', 'the-secret\nx-admin: yes', 'holds what no header may carry'],
    ['padded', ' the-secret', 'holds what no header may carry'],
    ['beyond ASCII', 'the-sécret', 'holds what no header may carry'],
    ['a control character', 'the-secret\u0000', 'holds what no header may carry'],
  ])('is not taken from a secret that is %s, and none of it is told', async (_name, value, says) => {
    const fault: unknown = await open(bearer, { KEY: value }).catch((error: unknown) => error);
    expect(String(fault)).toContain(`The secret at environment variable KEY ${says}`);
    expect(String(fault)).not.toMatch(/the-s|x-admin/);
  });

  it('may have a password beyond ASCII, but no control characters', async () => {
    const basic = { basic: { username: 'u', password: { env: 'KEY' } } };
    const { headers } = await open(basic, { KEY: 'pässwörd' });
    expect(Buffer.from(headers()['authorization']?.slice(6) ?? '', 'base64').toString()).toBe('u:pässwörd');
    await expect(open(basic, { KEY: 'a\nb' })).rejects.toThrow('holds a line break');
  });

  it('is read anew where it is refused, by one reading for all', async () => {
    const env = { KEY: 'old' };
    const { headers, refresh, readings } = await open(bearer, env);
    const refused = headers();
    env.KEY = 'new';
    await Promise.all([refresh(refused), refresh(refused), refresh(refused)]);
    expect([headers(), readings()]).toEqual([{ authorization: 'Bearer new' }, 2]);
    await refresh(refused);
    expect(readings()).toBe(2);
    const again = headers();
    await refresh(again);
    expect([readings(), headers() === again]).toEqual([3, true]);
  });

  it('stays where the new one cannot be used, which is told once', async () => {
    const env: { KEY: string | undefined } = { KEY: 'old' };
    const { headers, refresh, told } = await open(bearer, env);
    for (const bad of [undefined, '', 'a\nb', 'a\nb']) {
      env.KEY = bad;
      await refresh(headers());
      expect(headers()).toEqual({ authorization: 'Bearer old' });
    }
    expect(told.map((fault) => / (is empty|holds)/.exec(fault)?.[1])).toEqual(['is empty', 'holds']);
    env.KEY = 'new';
    await refresh(headers());
    expect(headers()).toEqual({ authorization: 'Bearer new' });
  });
});
