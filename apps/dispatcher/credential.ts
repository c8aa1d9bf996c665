import type { TargetConfig } from '../shared/config.ts';
import type { ReadSecret } from '../shared/secrets.ts';

export interface Credential {
  /** The header that shows who calls, by its last reading. */
  headers(): Readonly<Record<string, string>>;
  /** Reads the secret anew; one reading at a time serves all who ask. Keeps the old one where the new cannot be read. */
  refresh(): Promise<void>;
}

/** Throws where the secret cannot be read at the start: calling without it would halt the target. */
export async function createCredential(
  auth: TargetConfig['graphql']['auth'],
  readSecret: ReadSecret,
): Promise<Credential> {
  const read = async (): Promise<Record<string, string>> => {
    if (auth === undefined) return {};
    if ('apiKey' in auth)
      return { [auth.apiKey.header.toLowerCase()]: (await readSecret(auth.apiKey.secret)).reveal() };
    if ('bearer' in auth) return { authorization: `Bearer ${(await readSecret(auth.bearer)).reveal()}` };
    const pair = `${auth.basic.username}:${(await readSecret(auth.basic.password)).reveal()}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  };
  let headers = await read();
  let reading: Promise<void> | undefined;
  return {
    headers: () => headers,
    refresh() {
      reading ??= read()
        .then(
          (fresh) => {
            headers = fresh;
          },
          () => undefined,
        )
        .finally(() => {
          reading = undefined;
        });
      return reading;
    },
  };
}
