import type { AnswerHeaders } from './connection.ts';
/** How long to wait where a throttled answer does not say: short, as the next answer may, and one call finds out. */
const unsaidWaitMs = 5_000;

/** The two forms of RFC 9110 §5.6.7 that name their time zone. */
const httpDate = /^[A-Z][a-z]+, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;

/** What the body of an answer says of waiting beside its `extensions`. */
export interface SaidInBody {
  readonly saidMs?: number | undefined;
  /** The wait where nothing is said. */
  readonly unsaidMs?: number | undefined;
}

/**
 * The wait that a throttled answer asks for, in ms: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), else what an
 * error says, else the reset of an exhausted limit, else what a cost bucket needs to refill (Shopify), else 5 s. The
 * longest is left to the pause, which bounds them all.
 */
export function waitFrom(
  headers: AnswerHeaders,
  extensions: unknown,
  nowMs: number,
  { saidMs, unsaidMs = unsaidWaitMs }: SaidInBody = {},
): number {
  return retryAfterMs(headers, nowMs) ?? saidMs ?? resetMs(headers, nowMs) ?? refillMs(extensions) ?? unsaidMs;
}

function retryAfterMs(headers: AnswerHeaders, nowMs: number): number | undefined {
  const retryAfter = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(retryAfter)) return Number(retryAfter) * 1_000;
  // `Date.parse` alone finds a date in `-1` and in `next 7`.
  const dateMs = httpDate.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/**
 * The latest reset of the limits that are exhausted, in the spellings of `X-RateLimit-Reset`; one beside a limit that has
 * something left is none of this throttle's (GitHub's secondary limit).
 */
function resetMs(headers: AnswerHeaders, nowMs: number): number | undefined {
  const waits = [...headers].flatMap(([name, value]) => {
    if (name === 'ratelimit') return ietfResetMs(value);
    if (/^x-(ratelimit-)?retry-after$/.test(name)) return untilMs(value, nowMs);
    const [, limit, unit] =
      /^(.*rate-?limit-.*?)reset(-ms)?$/.exec(name) ?? /^(rate-?limit-)reset(-ms)?$/.exec(name) ?? [];
    if (limit === undefined) return [];
    const remaining = headers.get(`${limit}remaining`);
    if (remaining !== null && Number.parseInt(remaining) !== 0) return [];
    return unit === undefined ? untilMs(value, nowMs) : [Number(value)];
  });
  const longestMs = Math.max(...waits.filter((waitMs) => waitMs > 0));
  return longestMs > 0 ? longestMs : undefined;
}

/** A time that is given as seconds from now (Buildkite), as epoch seconds (GitHub) or as epoch milliseconds (Linear). */
function untilMs(text: string, nowMs: number): number[] {
  const value = Number(text);
  // Seconds from now reach 10^6 in twelve days, and epoch seconds 10^11 in the year 5138.
  if (value < 1e6) return [value * 1_000];
  return [(value < 1e11 ? value * 1_000 : value) - nowMs];
}

/** `RateLimit: "minute";r=0;t=27` of the IETF draft, and `limit=300, remaining=0, reset=12` before it. */
function ietfResetMs(value: string): number[] {
  const policies = value.includes('remaining=') ? [value] : value.split(',');
  return policies
    .filter((policy) => /(?:^|[;,\s])(?:r|remaining)=0(?!\d)/.test(policy))
    .map((policy) => Number(/(?:^|[;,\s])(?:t|reset)=(\d+)/.exec(policy)?.[1] ?? 0) * 1_000);
}

function refillMs(extensions: unknown): number | undefined {
  const cost = member(extensions, 'cost');
  const requested = member(cost, 'requestedQueryCost');
  const status = member(cost, 'throttleStatus');
  const available = member(status, 'currentlyAvailable');
  const rate = member(status, 'restoreRate');
  if (typeof requested !== 'number' || typeof available !== 'number' || typeof rate !== 'number' || rate <= 0)
    return undefined;
  return Math.max(0, ((requested - available) / rate) * 1_000);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
