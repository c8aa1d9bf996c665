import { createFollowed, type Followed } from '../shared/follow.ts';
import { createKeyCheck, parseKeyFile, type KeyCheck } from '../shared/keys.ts';
import type { Log } from '../shared/log.ts';
import type { KeyFile } from './config.ts';

/** A revoked key opens for no longer than this; a mounted secret takes Kubernetes itself a minute. */
const everyMs = 5_000;

export interface ApiKeys extends Pick<Followed<unknown>, 'follow'> {
  readonly check: (key: string) => KeyCheck;
}

export interface ApiKeysDeps {
  readonly readFile: (path: string) => Promise<string>;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly log: Log;
}

interface Opened {
  readonly text: string;
  readonly check: ApiKeys['check'];
}

/** The keys of a file, as it is now. A bad file shuts nobody out: the keys before it stay. */
export function createApiKeys({ path, text, records }: KeyFile, { readFile, clock, log }: ApiKeysDeps): ApiKeys {
  const followed: Followed<Opened> = createFollowed({
    first: { text, check: createKeyCheck(records, clock) },
    async read() {
      const fresh = await readFile(path);
      if (fresh === followed.current().text) return followed.current();
      const keys = parseKeyFile(fresh);
      log.info({ keys: keys.length }, 'api_keys.read_anew');
      return { text: fresh, check: createKeyCheck(keys, clock) };
    },
    everyMs,
    unusable: (fault) => log.error({ fault, advice: `Mend ${path}: the keys before it stay` }, 'api_keys.unusable'),
  });
  return { check: (key) => followed.current().check(key), follow: followed.follow };
}
