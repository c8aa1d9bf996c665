/** Now as RFC 3339 with ms, in UTC; what many ask for within one ms is made once. `clock`: ms since 1970. */
export function createIsoTime(clock: () => number): () => string {
  let lastMs = Number.NaN;
  let last = '';
  return () => {
    const nowMs = clock();
    if (nowMs !== lastMs) {
      lastMs = nowMs;
      last = new Date(nowMs).toISOString();
    }
    return last;
  };
}
