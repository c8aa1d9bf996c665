/** SQS' own time: it starts at the wall clock's and runs a number of times as fast. */
export interface Clock {
  readonly nowMs: () => number;
  /** How long so much of this clock's time really takes. */
  readonly realMs: (ms: number) => number;
}

export function createClock(speed: number): Clock {
  const wallStartMs = Date.now();
  const startMs = performance.now();
  return {
    nowMs: () => Math.floor(wallStartMs + (performance.now() - startMs) * speed),
    realMs: (ms) => ms / speed,
  };
}
