/** A queue in memory; an array's own `shift` moves all that is left. */
export interface Fifo<Item> {
  readonly push: (item: Item) => void;
  readonly first: () => Item | undefined;
  readonly shift: () => Item | undefined;
  readonly size: () => number;
}

/** Emptied places are given back when they are this many, and most of the array. */
const mostEmptied = 1_024;

export function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    first: () => items[head],
    shift() {
      const item = items[head];
      if (item === undefined) return undefined;
      // Else it would live as long as its place.
      items[head] = undefined;
      head++;
      if (head === items.length) {
        items = [];
        head = 0;
      } else if (head >= mostEmptied && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    size: () => items.length - head,
  };
}
