import { createQueue } from './queue.ts';

export interface Entry {
  /** Counts from 1, without gaps. */
  readonly seq: number;
  /** JSON source text, exactly as received. */
  input: string | null;
}

/** A numbered log that forgets its oldest entries. */
export interface BoundedLog<T extends Entry> {
  /** How many were ever added. */
  readonly total: number;
  add(make: (seq: number) => T): T;
  /** Gives an entry its input later than its number. An entry that was forgotten meanwhile stays without. */
  attach(entry: T, input: string): void;
  /** Entries after this number, at most `limit`, fewer where their text is long; empty only when there are none. */
  page(after: number, limit: number): T[];
  entries(): Iterable<T>;
}

/** About 300 bytes each without its text: 60 MB. At 50 calls a second the last hour is there to be read. */
const maxEntries = 200_000;

/** At two bytes a character 256 MiB, of which a log may hold as much again once more: well inside Node's default heap. */
const maxTextChars = 128 * 2 ** 20;

/** A page is written in one piece; this keeps it to some tens of megabytes when inputs are large. */
const maxPageChars = 16 * 2 ** 20;

const charsOf = (entry: Entry): number => entry.input?.length ?? 0;

export function createBoundedLog<T extends Entry>(): BoundedLog<T> {
  const kept = createQueue<T>();
  let total = 0;
  let chars = 0;

  function forget(): void {
    while (kept.length > maxEntries || (chars > maxTextChars && kept.length > 1)) {
      const oldest = kept.shift();
      if (oldest) chars -= charsOf(oldest);
    }
  }

  return {
    get total() {
      return total;
    },
    add(make) {
      const entry = make(++total);
      kept.push(entry);
      chars += charsOf(entry);
      forget();
      return entry;
    },
    attach(entry, input) {
      if (entry.seq <= total - kept.length) return;
      entry.input = input;
      chars += input.length;
      forget();
    },
    page(after, limit) {
      const from = Math.max(0, after - (total - kept.length));
      const entries = kept.slice(from, from + limit);
      let pageChars = 0;
      const end = entries.findIndex((entry) => (pageChars += charsOf(entry)) > maxPageChars);
      return end === -1 ? entries : entries.slice(0, Math.max(1, end));
    },
    entries: () => kept.slice(0, kept.length),
  };
}
