/** What a command may say, and to whom. */
export interface Print {
  /** A line of the result; resolves when whoever reads it can take more. */
  readonly out: (line: string) => Promise<void>;
  /** A line about how it goes. */
  readonly tell: (line: string) => void;
}

/** How a command ended. */
export interface Ended {
  readonly ok: boolean;
  /** It was asked for in a way that cannot be done. */
  readonly misused?: true;
}

/** A flat object: what a line of `--json` holds. */
export type Flat = Readonly<Record<string, string | number | boolean | null>>;

/** Controls, line separators, and what turns the direction of writing. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Anyone may write to a queue: what could move the cursor or turn the line round is shown as its escape. */
export function safe(text: string): string {
  return text.replace(unprintable, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One line of JSON in which nothing can move the cursor; the same value to whoever parses it. */
export function jsonLine(value: Flat | object): string {
  return safe(JSON.stringify(value));
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const;

/** `1d 2h`, `5m 3s`, `12s`, `140 ms`: the two largest units. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.ceil(ms))} ms`;
  const parts: string[] = [];
  let left = Math.round(ms / 1_000) * 1_000;
  for (const [size, unit] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** A duration as `gateway.yaml` writes it. */
export function spanName(ms: number): string {
  for (const [unit, size] of Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 })) {
    if (ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** `3 refused, 1 failed`. */
export function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

export function letters(count: number): string {
  return count === 1 ? '1 letter' : `${count} letters`;
}
