import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Secret } from '../shared/secret.ts';
import type { RandomBytes } from '../shared/tracing.ts';

/** Keeps text from all but those who know a secret: for places that more people look at than should read it. */
export interface Seal {
  /** Another one for another secret or use, and of no help to whoever wants to know the secret. */
  readonly name: string;
  readonly close: (text: string) => string;
  /** `undefined` for all that was not closed by this seal. */
  readonly open: (sealed: string) => string | undefined;
}

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM; HKDF (RFC 5869) makes its key of the secret, and of what the seal is `about`. */
export function createSeal(secret: Secret, about: string, randomBytes: RandomBytes): Seal {
  const derive = (use: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), about, `event-gateway seal ${use}`, bytes));
  const key = derive('key', 32);
  return {
    name: derive('name', 12).toString('base64url'),
    close(text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const closed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), closed]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length <= ivBytes + tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      const closed = bytes.subarray(ivBytes + tagBytes);
      try {
        return Buffer.concat([decipher.update(closed), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
