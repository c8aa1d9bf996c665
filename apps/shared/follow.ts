import { wait } from './wait.ts';

/** Something outside that changes: what was read of it last. */
export interface Reread<T> {
  readonly current: () => T;
  /** Reads it anew; one reading at a time serves all who ask. What cannot be used leaves the one before it in place. */
  readonly refresh: () => Promise<void>;
}

export interface Followed<T> extends Reread<T> {
  /** Reads it now, and again and again until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface RereadOptions<T> {
  /** As it was read at the start, where whoever could not read it does not begin. */
  readonly first: T;
  /** Rejects with a sentence without secrets where there is nothing that can be used. */
  readonly read: () => Promise<T>;
  /** Told once of each fault, however often it is met. */
  readonly unusable: (fault: string) => void;
}

export interface FollowOptions<T> extends RereadOptions<T> {
  readonly everyMs: number;
}

/** Read anew only where somebody asks for it. */
export function createReread<T>({ first, read, unusable }: RereadOptions<T>): Reread<T> {
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
  return { current: () => current, refresh };
}

/** Read again rather than watched: a mounted secret changes by a link two folders up, which watchers miss. */
export function createFollowed<T>({ everyMs, ...options }: FollowOptions<T>): Followed<T> {
  const reread = createReread(options);
  return {
    ...reread,
    async follow(signal) {
      while (!signal.aborted) {
        await reread.refresh();
        await wait(everyMs, signal);
      }
    },
  };
}
