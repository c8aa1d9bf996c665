import type { Message } from './message.ts';

/** The messages to be had, first come first served, save those that push to the front. */
export interface Line {
  readonly isEmpty: () => boolean;
  readonly put: (message: Message) => void;
  readonly putFirst: (message: Message) => void;
  readonly shift: () => Message | undefined;
  readonly clear: () => void;
}

/** An array's own shift moves every message behind it. What was taken is cut off by so many at once, and only when it is half. */
const leastCut = 1_024;

export function createLine(): Line {
  let front: Message[] = [];
  let back: Message[] = [];
  let taken = 0;
  return {
    isEmpty: () => front.length === 0 && taken === back.length,
    put: (message) => void back.push(message),
    putFirst: (message) => void front.push(message),
    shift() {
      if (front.length > 0) return front.pop();
      if (taken === back.length) return undefined;
      const message = back[taken++];
      if (taken >= leastCut && taken * 2 >= back.length) {
        back = back.slice(taken);
        taken = 0;
      }
      return message;
    },
    clear() {
      front = [];
      back = [];
      taken = 0;
    },
  };
}
