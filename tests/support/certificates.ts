import { createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** A pair of its own, signed by it; good for an hour around now unless told otherwise. */
  readonly issue: (name: string, validity?: { readonly from?: Date; readonly to?: Date }) => Pair;
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = content.length.toString(16);
  const bytes = Buffer.from(size.padStart(size.length + (size.length % 2), '0'), 'hex');
  const length = content.length < 128 ? bytes : Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
  return Buffer.concat([Buffer.of(tag), length, content]);
};
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const octets = (...parts: readonly Buffer[]) => der(0x04, ...parts);
const explicit = (tag: number, ...parts: readonly Buffer[]) => der(0xa0 | tag, ...parts);
const yes = der(0x01, Buffer.of(0xff));
const nameOf = (text: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
const time = (date: Date) => der(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

const basicConstraints = sequence(oid('551d13'), yes, octets(sequence(yes)));
const keyUsage = sequence(oid('551d0f'), yes, octets(der(0x03, Buffer.of(0x01, 0x06))));
/** Of localhost and 127.0.0.1. */
const subjectAltName = sequence(
  oid('551d11'),
  octets(sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)))),
);

const pem = (label: string, bytes: Buffer) =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

interface Wanted {
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subject: string;
  readonly key: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly from: Date;
  readonly to: Date;
}

/** X.509 v3 (RFC 5280), on the curve P-256. */
function certify({ issuer, signer, subject, key, extensions, from, to }: Wanted): string {
  const serial = der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)]));
  const body = sequence(
    explicit(0, der(0x02, Buffer.of(2))),
    serial,
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(from), time(to)),
    nameOf(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', body, signer));
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, signature));
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pemOf = (key: KeyObject): string => pem('PRIVATE KEY', key.export({ type: 'pkcs8', format: 'der' }));
const hourMs = 3_600_000;

/** A certificate authority of the test's own. */
export function createAuthority(issuer: string): Authority {
  const signer = newKey();
  const around = () => ({ from: new Date(Date.now() - hourMs), to: new Date(Date.now() + hourMs) });
  const own = { issuer, signer, subject: issuer, key: signer, extensions: [basicConstraints, keyUsage], ...around() };
  return {
    certificate: certify(own),
    key: pemOf(signer),
    issue(subject, validity = {}) {
      const key = newKey();
      const certificate = certify({
        issuer,
        signer,
        subject,
        key,
        extensions: [subjectAltName],
        ...around(),
        ...validity,
      });
      return { certificate, key: pemOf(key) };
    },
  };
}
