import { wait } from './wait.ts';

/** Something outside that changes: what was read of it last. */
export interface Followed<T> {
  readonly current: () => T;
  /** Reads it anew; one reading at a time serves all who ask. What cannot be used leaves the one before it in place. */
  readonly refresh: () => Promise<void>;
  /** Reads it now, and again and again until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface FollowOptions<T> {
  /** As it was read at the start, where whoever could not read it does not begin. */
  readonly first: T;
  /** Rejects with a sentence without secrets where there is nothing that can be used. */
  readonly read: () => Promise<T>;
  readonly everyMs: number;
  /** Told once of each fault, however often it is met. */
  readonly unusable: (fault: string) => void;
}

/** Read again rather than watched: a mounted secret changes by a link two folders up, which watchers miss. */
export function createFollowed<T>({ first, read, everyMs, unusable }: FollowOptions<T>): Followed<T> {
  let current = first;
  let told: string | undefined;
  let reading: Promise<void> | undefined;
  const refresh = () => {
    reading ??= read()
      .then(
        (fresh) => {
          current = fresh;
          told = undefined;
        },
        (error: unknown) => {
          const fault = error instanceof Error ? error.message : String(error);
          if (fault !== told) unusable(fault);
          told = fault;
        },
      )
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  return {
    current: () => current,
    refresh,
    async follow(signal) {
      while (!signal.aborted) {
        await refresh();
        await wait(everyMs, signal);
      }
    },
  };
}
