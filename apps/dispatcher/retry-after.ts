/** How long to wait where a throttled answer does not say: short, as the next answer may, and one call finds out. */
const unsaidMs = 5_000;

/** The two forms of RFC 9110 §5.6.7 that name their time zone. */
const httpDate = /^[A-Z][a-z]+, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The wait that a throttled answer asks for, in ms: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), else the
 * reset of an exhausted limit in epoch seconds (GitHub) or milliseconds (Linear), else what a cost bucket needs to refill
 * (Shopify), else 5 s. The longest is left to the pause, which bounds them all.
 */
export function waitFrom(headers: Headers, extensions: unknown, nowMs: number): number {
  const retryAfter = headers.get('retry-after')?.trim();
  if (retryAfter !== undefined && retryAfter !== '') {
    if (/^\d+(\.\d+)?$/.test(retryAfter)) return Number(retryAfter) * 1_000;
    // `Date.parse` alone finds a date in `-1` and in `next 7`.
    const dateMs = httpDate.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN;
    if (!Number.isNaN(dateMs)) return Math.max(0, dateMs - nowMs);
  }
  for (const name of ['x-ratelimit-reset', 'x-ratelimit-requests-reset', 'x-ratelimit-complexity-reset']) {
    const reset = Number(headers.get(name) ?? Number.NaN);
    // Epoch seconds reach 10^11 in the year 5138: a larger number counts milliseconds.
    const resetMs = reset < 1e11 ? reset * 1_000 : reset;
    if (resetMs > nowMs) return resetMs - nowMs;
  }
  return refillMs(extensions) ?? unsaidMs;
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
