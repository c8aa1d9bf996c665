import { hash } from 'node:crypto';

/** What a message was given out as. */
export interface Received {
  readonly id: number;
  readonly handle: string;
  readonly body: string;
  readonly md5: string;
  readonly sentAtMs: number;
  readonly receives: number;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly sent: number;
  readonly received: number;
  readonly deleted: number;
}

/** A queue of messages in memory, oldest first. Each operation takes the same time however many there are. Times in ms. */
export interface Queue {
  /** Returns its id. */
  readonly send: (body: string, delayMs: number) => number;
  /** Messages that need no memory until they are received: `{id}` in the body becomes a running number. */
  readonly fill: (count: number, body: string) => void;
  readonly receive: (most: number, hiddenMs: number) => readonly Received[];
  /** A handle that was replaced by a later one deletes nothing and says nothing, as at SQS. */
  readonly remove: (handle: string) => void;
  /** Whether it was in flight by this handle. */
  readonly hide: (handle: string, hiddenMs: number) => boolean;
  /** Brings back what was hidden until now; whether there is any. */
  readonly pass: () => boolean;
  readonly hasWaiting: () => boolean;
  readonly counts: () => QueueCounts;
}

interface Message {
  readonly id: number;
  readonly sentAtMs: number;
  body: string;
  receives: number;
  state: 'waiting' | 'delayed' | 'in flight' | 'deleted';
  /** Of the wheel, where it is not waiting. */
  dueTick: number;
}

/** Messages come back at most so much too late, and never too early. */
const tickMs = 20;

/** Below it, moving what is left costs nothing. */
const compactFrom = 4_096;

export function createQueue(clock: () => number): Queue {
  const known = new Map<number, Message>();
  // A wheel of lists by tick: whoever is hidden anew is put onto another list, and is passed over on the old one.
  const wheel = new Map<number, Message[]>();
  let passedTick = Math.floor(clock() / tickMs);
  let line: Message[] = [];
  let head = 0;
  let lastId = 0;
  let filled: { readonly body: string; readonly sentAtMs: number; left: number } | undefined;
  const counts = { waiting: 0, inFlight: 0, delayed: 0, sent: 0, received: 0, deleted: 0 };

  const setAside = (message: Message, state: 'delayed' | 'in flight', untilMs: number) => {
    message.state = state;
    message.dueTick = Math.ceil(untilMs / tickMs);
    const list = wheel.get(message.dueTick);
    if (list === undefined) wheel.set(message.dueTick, [message]);
    else list.push(message);
  };
  const stand = (message: Message) => {
    message.state = 'waiting';
    counts.waiting++;
    line.push(message);
  };
  const next = (): Message | undefined => {
    while (head < line.length) {
      const message = line[head++];
      if (head >= compactFrom && head * 2 > line.length) {
        line = line.slice(head);
        head = 0;
      }
      if (message?.state === 'waiting') return message;
    }
    if (filled === undefined || filled.left === 0) return undefined;
    filled.left--;
    const id = ++lastId;
    const body = filled.body.replaceAll('{id}', String(id));
    const message: Message = { id, sentAtMs: filled.sentAtMs, body, receives: 0, state: 'waiting', dueTick: 0 };
    known.set(id, message);
    return message;
  };
  const find = (handle: string): Message | undefined => {
    const [id, receives] = handle.split('-');
    const message = known.get(Number(id));
    return message?.receives === Number(receives) ? message : undefined;
  };
  const leave = (message: Message) => {
    if (message.state === 'waiting') counts.waiting--;
    else if (message.state === 'in flight') counts.inFlight--;
    else counts.delayed--;
  };

  return {
    send(body, delayMs) {
      const id = ++lastId;
      const message: Message = { id, sentAtMs: clock(), body, receives: 0, state: 'waiting', dueTick: 0 };
      known.set(id, message);
      counts.sent++;
      if (delayMs > 0) {
        counts.delayed++;
        setAside(message, 'delayed', clock() + delayMs);
      } else stand(message);
      return id;
    },
    fill(count, body) {
      if (filled !== undefined && filled.left > 0)
        throw new Error('The queue is still filled: take it empty, or reset');
      filled = { body, sentAtMs: clock(), left: count };
      counts.waiting += count;
      counts.sent += count;
    },
    receive(most, hiddenMs) {
      const untilMs = clock() + hiddenMs;
      const received: Received[] = [];
      const again: Message[] = [];
      while (received.length < most) {
        const message = next();
        if (message === undefined) break;
        message.receives++;
        const { id, body, sentAtMs, receives } = message;
        received.push({ id, handle: `${id}-${receives}`, body, md5: hash('md5', body), sentAtMs, receives });
        counts.waiting--;
        counts.received++;
        if (hiddenMs > 0) {
          counts.inFlight++;
          setAside(message, 'in flight', untilMs);
        } else again.push(message);
      }
      for (const message of again) stand(message);
      return received;
    },
    remove(handle) {
      const message = find(handle);
      if (message === undefined) return;
      leave(message);
      message.state = 'deleted';
      // A list may hold it for hours.
      message.body = '';
      known.delete(message.id);
      counts.deleted++;
    },
    hide(handle, hiddenMs) {
      const message = find(handle);
      if (message?.state !== 'in flight') return false;
      if (hiddenMs > 0) setAside(message, 'in flight', clock() + hiddenMs);
      else {
        counts.inFlight--;
        stand(message);
      }
      return true;
    },
    pass() {
      const nowTick = Math.floor(clock() / tickMs);
      const before = counts.waiting;
      for (; passedTick < nowTick; passedTick++) {
        const tick = passedTick + 1;
        for (const message of wheel.get(tick) ?? []) {
          if (message.dueTick !== tick || (message.state !== 'in flight' && message.state !== 'delayed')) continue;
          leave(message);
          stand(message);
        }
        wheel.delete(tick);
      }
      return counts.waiting > before;
    },
    hasWaiting: () => counts.waiting > 0,
    counts: () => ({ ...counts }),
  };
}
