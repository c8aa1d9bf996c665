interface Deadline {
  readonly atMs: number;
  readonly message: number;
}

/**
 * When something is due for which message, the earliest first: a binary heap, as a queue may hold hundreds of thousands.
 * Nothing is ever taken back: who finds a deadline due looks whether it still holds.
 */
export interface Deadlines {
  readonly size: () => number;
  readonly earliest: () => Deadline | undefined;
  readonly add: (atMs: number, message: number) => void;
  readonly drop: () => void;
  readonly clear: () => void;
}

export function createDeadlines(): Deadlines {
  let heap: Deadline[] = [];
  const at = (index: number): number => heap[index]?.atMs ?? Infinity;

  const place = (deadline: Deadline, from: number) => {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.atMs <= deadline.atMs) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = deadline;
  };
  return {
    size: () => heap.length,
    earliest: () => heap[0],
    add: (atMs, message) => place({ atMs, message }, heap.length),
    drop() {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      let index = 0;
      for (;;) {
        const left = 2 * index + 1;
        const least = at(left + 1) < at(left) ? left + 1 : left;
        const below = heap[least];
        if (below === undefined || below.atMs >= last.atMs) break;
        heap[index] = below;
        index = least;
      }
      heap[index] = last;
    },
    clear: () => void (heap = []),
  };
}
