import type { Outcome } from './classify.ts';
import type { HeaderFields } from './credential.ts';

/** Shorter ones stand in other words by chance. */
const leastChars = 8;

/**
 * What a target said of a call, without the credential that the call showed: some name it as the code of their error, and
 * codes are logged and stand in dead letters.
 */
export function mask(outcome: Outcome, shown: HeaderFields): Outcome {
  if (!('reason' in outcome)) return outcome;
  const secrets = Object.values(shown)
    .map((value) => value.slice(value.lastIndexOf(' ') + 1).toLowerCase())
    .filter((value) => value.length >= leastChars);
  const tells = (text: string) => secrets.some((secret) => text.toLowerCase().includes(secret));
  const { reason } = outcome;
  if (!tells(reason) && !('unknownCode' in outcome && tells(outcome.unknownCode ?? ''))) return outcome;
  const said = { ...outcome, reason: tells(reason) ? '[secret]' : reason };
  if ('unknownCode' in said) delete said.unknownCode;
  return said;
}
