import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { createFollowed, type Followed } from './follow.ts';
import { nameError } from './log.ts';
import { describeSecret, type ReadSecret, type SecretRef } from './secrets.ts';

/** A rotated pair is found within a minute, long before the old one ends. */
const everyMs = 60_000;

export interface TlsRefs {
  readonly certificate: SecretRef;
  readonly key: SecretRef;
  /** Whom the other side's certificate is to be of, where the usual authorities are not asked. */
  readonly ca?: SecretRef | undefined;
}

export interface TlsPair {
  /** What new connections show and whom they trust, by the last reading: the same object until there is another. */
  readonly context: () => SecureContext;
  /** The same as texts. */
  readonly pems: () => Pems;
  readonly refresh: () => Promise<void>;
  /** Reads it again and again until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface TlsPairOptions {
  readonly refs: TlsRefs;
  readonly readSecret: ReadSecret;
  readonly unusable: (fault: string) => void;
  /** Told of each pair that takes the place of another. */
  readonly replaced?: (pems: Pems) => void;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** As texts. */
export interface Pems {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string | undefined;
}

interface Opened {
  readonly digest: string;
  readonly pems: Pems;
  readonly context: SecureContext;
}

/** A certificate and its key. Rejects where they cannot be used at the start; later on, the pair before stays. */
export async function openTlsPair({
  refs,
  readSecret,
  unusable,
  replaced = () => undefined,
  clock,
}: TlsPairOptions): Promise<TlsPair> {
  const readPems = async (): Promise<Pems> => {
    const [certificate, key, ca] = await Promise.all([
      readSecret(refs.certificate),
      readSecret(refs.key),
      refs.ca && readSecret(refs.ca),
    ]);
    return { certificate: certificate.reveal(), key: key.reveal(), ca: ca?.reveal() };
  };
  const open = (pems: Pems): Opened => ({ digest: digestOf(pems), pems, context: contextOf(refs, pems) });

  const first = await readPems();
  checkPems(refs, first, clock());
  const followed: Followed<Opened> = createFollowed({
    first: open(first),
    async read() {
      const pems = await readPems();
      checkPems(refs, pems, clock());
      if (digestOf(pems) === followed.current().digest) return followed.current();
      const opened = open(pems);
      replaced(pems);
      return opened;
    },
    everyMs,
    unusable,
  });
  return {
    context: () => followed.current().context,
    pems: () => followed.current().pems,
    refresh: followed.refresh,
    follow: followed.follow,
  };
}

function digestOf(pems: Pems): string {
  return createHash('sha256').update(JSON.stringify(pems)).digest('base64');
}

/** Throws a sentence. A rotation that has written one of the two is at fault for a moment, and right at the next reading. */
function checkPems(refs: TlsRefs, { certificate, key, ca }: Pems, nowMs: number): void {
  const where = describeSecret(refs.certificate);
  const mine = parse(() => new X509Certificate(certificate), `The certificate at ${where}`);
  if (mine.validToDate.getTime() < nowMs)
    throw new Error(`The certificate at ${where} ended on ${mine.validToDate.toISOString()}: put a new one there`);
  if (mine.validFromDate.getTime() > nowMs)
    throw new Error(
      `The certificate at ${where} begins on ${mine.validFromDate.toISOString()}: put one there that is valid`,
    );
  const keyAt = describeSecret(refs.key);
  const privateKey = parse(() => createPrivateKey(key), `The key at ${keyAt}`);
  if (!mine.checkPrivateKey(privateKey))
    throw new Error(`The certificate at ${where} is of another key than the one at ${keyAt}: put a pair there`);
  if (refs.ca !== undefined)
    parse(() => new X509Certificate(ca ?? ''), `The certificate at ${describeSecret(refs.ca)}`);
}

function parse<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${what} is no PEM that can be read (${nameError(error)}): write it as PEM, without a passphrase`, {
      cause: error,
    });
  }
}

function contextOf(refs: TlsRefs, { certificate, key, ca }: Pems): SecureContext {
  try {
    return createSecureContext({ cert: certificate, key, ...(ca === undefined ? {} : { ca }) });
  } catch (error) {
    const where = describeSecret(refs.certificate);
    throw new Error(
      `The certificate at ${where} is refused by TLS (${nameError(error)}): take a stronger key or hash`,
      {
        cause: error,
      },
    );
  }
}
