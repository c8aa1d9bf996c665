import type { SignatureV4CryptoInit, SignatureV4Init } from '@smithy/signature-v4';
import { adviseOnAws } from '../shared/advice.ts';
import { askedOfEndpoint } from '../shared/asked.ts';
import { createFollowed, type Followed } from '../shared/follow.ts';
import { nameError } from '../shared/log.ts';
import { rereadMs, type Credential, type HeaderFields } from './credential.ts';

/** The header fields of a call with its signature among them. */
export type Sign = (headers: HeaderFields, body: string) => Promise<HeaderFields>;

type Identity = Exclude<SignatureV4Init['credentials'], () => unknown>;

/** What the AWS SDK knows of us: a client's own configuration. */
export interface AwsIdentity extends SignatureV4CryptoInit {
  /** From its default chain, which remembers them and renews those that end. */
  readonly credentials: (options?: { readonly forceRefresh?: boolean }) => Promise<Identity>;
  readonly region: () => Promise<string>;
}

interface Signer {
  readonly identity: Identity;
  /** None, but other ones with each other identity: by them a refused one is told. */
  readonly headers: HeaderFields;
}

export interface SigningOptions {
  readonly endpoint: URL;
  readonly service: string;
  readonly region: string | undefined;
  readonly aws: AwsIdentity;
  readonly unusable: (fault: string) => void;
}

/**
 * Signature Version 4 of AWS, over method, address, header fields and body. Made anew for each call, as it holds the time; the
 * credentials are at hand by then, so that no slot passes while they are looked for.
 */
export async function openSigning(options: SigningOptions): Promise<{ credential: Credential; sign: Sign }> {
  const { endpoint, aws } = options;
  const region = options.region ?? (await aws.region());
  let forceRefresh = false;
  const readNow = async (): Promise<Signer> => {
    const identity = await aws.credentials({ forceRefresh }).catch((error: unknown) => {
      const advice = adviseOnAws(error, askedOfEndpoint(endpoint, region));
      throw new Error(
        advice ??
          `There are no AWS credentials to sign with (${nameError(error)}): give the pod a role, as docs/eks.md says`,
        { cause: error },
      );
    });
    return { identity, headers: {} };
  };
  const followed: Followed<Signer> = createFollowed({
    first: await readNow(),
    async read() {
      const fresh = await readNow();
      return fresh.identity === followed.current().identity ? followed.current() : fresh;
    },
    everyMs: rereadMs,
    unusable: options.unusable,
  });
  // Loaded by whoever signs.
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({
    credentials: () => Promise.resolve(followed.current().identity),
    region,
    service: options.service,
    sha256: aws.sha256,
  });
  const address = {
    method: 'POST',
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    path: endpoint.pathname,
    query: Object.fromEntries(
      [...new Set(endpoint.searchParams.keys())].map((name) => [name, endpoint.searchParams.getAll(name)]),
    ),
  };
  return {
    credential: {
      headers: () => followed.current().headers,
      async refresh(refused) {
        if (refused !== followed.current().headers) return;
        forceRefresh = true;
        await followed.refresh();
        forceRefresh = false;
      },
      follow: followed.follow,
    },
    async sign(headers, body) {
      const signed = await signer.sign({ ...address, headers: { ...headers, host: endpoint.host }, body });
      return signed.headers;
    },
  };
}
