import type { AnswerHeaders } from './connection.ts';
/** What a rule can make of an answer that is no success; what each means stands in `classify.ts`. */
export type Fate = 'throttled' | 'unauthorised' | 'refused' | 'unavailable' | 'failed';

export interface Rule {
  readonly fate: Fate;
  /** The mutation may have run. */
  readonly mayHaveRun?: true;
}

/** The order in which an answer with several codes is judged: what concerns the whole fleet comes first. */
export const fates: readonly Fate[] = ['throttled', 'unauthorised', 'refused', 'unavailable', 'failed'];

interface StatusRow extends Rule {
  readonly statuses: readonly number[];
}

/** What statuses mean where no code decides. Those in no row are failures that may have run. */
const statusRules: readonly StatusRow[] = [
  { statuses: [429], fate: 'throttled' },
  // 561 is a load balancer of AWS whose identity provider said no.
  { statuses: [401, 561], fate: 'unauthorised' },
  // 430 is Shopify's security; 464 a load balancer of AWS that cannot speak the protocol.
  { statuses: [400, 403, 404, 405, 406, 410, 412, 413, 414, 415, 422, 430, 431, 451, 464], fate: 'refused' },
  // 402, 423 and 540 are a shop that does not pay, is locked or closed; 521 to 530 are Cloudflare without the origin.
  { statuses: [402, 423, 503, 521, 523, 525, 526, 529, 530, 540], fate: 'unavailable' },
  { statuses: [502, 504, 522, 524], fate: 'unavailable', mayHaveRun: true },
  { statuses: [408, 425], fate: 'failed' },
];

export function ruleOfStatus(status: number): Rule {
  return statusRules.find(({ statuses }) => statuses.includes(status)) ?? { fate: 'failed', mayHaveRun: true };
}

/** Codes of this family, with no separators, are throttles even where no list has them: that mistake is the worst. */
export const throttleFamily = /RATELIMIT|THROTTL|TOOMANYREQUEST/;

interface HeaderRow {
  readonly says: string;
  readonly test: (status: number, headers: AnswerHeaders) => boolean;
}

/** What headers tell of a throttle where nothing was delivered. */
const headerRules: readonly HeaderRow[] = [
  {
    says: 'an exhausted limit',
    test: (status, headers) => (status === 200 || status === 403) && isExhausted(headers),
  },
  { says: 'Retry-After', test: (status, headers) => status === 403 && headers.has('retry-after') },
  { says: 'x-envoy-ratelimited', test: (_status, headers) => headers.has('x-envoy-ratelimited') },
];

export function throttleInHeaders(status: number, headers: AnswerHeaders): string | undefined {
  return headerRules.find(({ test }) => test(status, headers))?.says;
}

/** `X-RateLimit-Remaining: 0` in its spellings, or `RateLimit` of the IETF draft and what it was before. */
function isExhausted(headers: AnswerHeaders): boolean {
  return [...headers].some(
    ([name, value]) =>
      (/rate-?limit-(\w+-)?remaining$/.test(name) && Number.parseInt(value) === 0) ||
      (name === 'ratelimit' && /(?:^|[;,\s])(?:r|remaining)=0(?!\d)/.test(value)),
  );
}

interface SentenceRow {
  readonly says: RegExp;
  /** The wait where nothing else says one. */
  readonly waitMs?: number;
  readonly whateverTheCode?: true;
}

/**
 * Sentences that a throttle without a code begins with: GitHub's secondary limit has nothing else. They are read of errors
 * whose code says nothing yet, and from their start, so that what a sender wrote and an error quotes is not one.
 */
const sentenceRules: readonly SentenceRow[] = [
  // GitHub asks for a minute at least.
  { says: /^You have (exceeded a secondary rate limit|triggered an abuse detection)/, waitMs: 60_000 },
  { says: /^was submitted too quickly$/, waitMs: 60_000, whateverTheCode: true },
  { says: /^API rate limit (already )?exceeded/ },
  { says: /^(Minute limit )?rate limit (for \S+ )?(is )?exceeded/i },
  { says: /^You have exceeded (the|your)( API)? rate limit/ },
  { says: /^(ThrottlerException: )?Too many requests/i },
  { says: /^You are trying to access '[^']*' too often/ },
  { says: /^Complexity budget exhausted/ },
  { says: /^Throttled$/ },
];

/** How the sentence of an error tells of a throttle, if it does; `coded` is what its code says. */
export function throttleInSentence(sentence: string, coded: Fate | undefined): SentenceRow | undefined {
  const open = coded === undefined || coded === 'failed';
  return sentenceRules.find(({ says, whateverTheCode }) => (open || whateverTheCode) && says.test(sentence));
}
