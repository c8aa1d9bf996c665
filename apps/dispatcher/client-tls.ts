import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { createFollowed, type Followed } from '../shared/follow.ts';
import { nameError } from '../shared/log.ts';
import { describeSecret, type ReadSecret } from '../shared/secrets.ts';
import type { ClientTlsRefs } from '../shared/target-auth-config.ts';
import { rereadMs } from './credential.ts';

export interface ClientTls {
  /** What new connections show and whom they trust, by the last reading: the same object until there is another. */
  readonly context: () => SecureContext;
  readonly refresh: () => Promise<void>;
  /** Reads it again and again until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface ClientTlsOptions {
  readonly refs: ClientTlsRefs;
  readonly readSecret: ReadSecret;
  readonly unusable: (fault: string) => void;
  /** ms since 1970. */
  readonly clock: () => number;
}

interface Pems {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string | undefined;
}

interface Opened {
  readonly digest: string;
  readonly context: SecureContext;
}

/** Our side of mutual TLS. Rejects where it cannot be used at the start; later on, the pair before stays. */
export async function openClientTls({ refs, readSecret, unusable, clock }: ClientTlsOptions): Promise<ClientTls> {
  const readPems = async (): Promise<Pems> => {
    const [certificate, key, ca] = await Promise.all([
      readSecret(refs.certificate),
      readSecret(refs.key),
      refs.ca && readSecret(refs.ca),
    ]);
    return { certificate: certificate.reveal(), key: key.reveal(), ca: ca?.reveal() };
  };
  const open = (pems: Pems): Opened => ({ digest: digestOf(pems), context: contextOf(refs, pems) });

  const first = await readPems();
  checkPems(refs, first, clock());
  const followed: Followed<Opened> = createFollowed({
    first: open(first),
    async read() {
      const pems = await readPems();
      checkPems(refs, pems, clock());
      return digestOf(pems) === followed.current().digest ? followed.current() : open(pems);
    },
    everyMs: rereadMs,
    unusable,
  });
  return { context: () => followed.current().context, refresh: followed.refresh, follow: followed.follow };
}

function digestOf(pems: Pems): string {
  return createHash('sha256').update(JSON.stringify(pems)).digest('base64');
}

/** Throws a sentence. A rotation that has written one of the two is at fault for a moment, and right at the next reading. */
function checkPems(refs: ClientTlsRefs, { certificate, key, ca }: Pems, nowMs: number): void {
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

function contextOf(refs: ClientTlsRefs, { certificate, key, ca }: Pems): SecureContext {
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
