/** First in, first out, read by position. `Array.shift` copies what is left once an array is large; this does not. */
export interface Queue<T> {
  readonly length: number;
  push(item: T): void;
  shift(): T | undefined;
  /** The item at this position from the oldest, 0 being the oldest. */
  at(position: number): T | undefined;
  slice(from: number, to: number): T[];
}

/** So few that copying them costs nothing; beyond it the dead front is cut once it is half of the array. */
const deadFrontKept = 1_024;

export function createQueue<T>(): Queue<T> {
  const items: (T | undefined)[] = [];
  let front = 0;
  return {
    get length() {
      return items.length - front;
    },
    push: (item) => void items.push(item),
    shift() {
      if (front === items.length) return undefined;
      const item = items[front];
      items[front++] = undefined;
      if (front > deadFrontKept && front * 2 > items.length) {
        items.splice(0, front);
        front = 0;
      }
      return item;
    },
    at: (position) => (position < 0 ? undefined : items[front + position]),
    slice: (from, to) => items.slice(front + Math.max(0, from), front + Math.max(0, to)) as T[],
  };
}
