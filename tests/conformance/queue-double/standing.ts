import type { Clock } from './clock.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { createLine } from './line.ts';
import type { Message, Place } from './message.ts';

/** The messages of a queue, where each of them is, and until when. */
export interface Standing {
  /** Lets happen what is due by now: hidden messages show, and old ones end. */
  readonly settle: () => void;
  readonly places: Readonly<Record<Place, number>>;
  readonly all: () => Iterable<Message>;
  readonly find: (number: number) => Message | undefined;
  readonly enter: (message: Message, how: { delayMs: number; first: boolean }) => void;
  readonly remove: (message: Message) => void;
  readonly clear: () => void;
  /** The next in line. It is to be hidden, removed or put back. */
  readonly next: () => Message | undefined;
  readonly putBack: (message: Message) => void;
  readonly show: (message: Message) => void;
  readonly hide: (message: Message, ms: number) => void;
  /** Lets a message that is in flight stand at the front of the line too. */
  readonly echo: (message: Message) => void;
  readonly isLineEmpty: () => boolean;
  /** When the next hidden message shows. */
  readonly nextShowsAtMs: () => number | undefined;
}

export interface StandingOptions {
  readonly clock: Clock;
  readonly retentionMs: () => number;
  /** Told when a message came in line, or is hidden until another time. */
  readonly changed: () => void;
}

/** Deadlines that hold no more are swept out when they are most of all, and worth it. */
const leastSwept = 10_000;

export function createStanding({ clock, retentionMs, changed }: StandingOptions): Standing {
  const messages = new Map<number, Message>();
  const places: Record<Place, number> = { visible: 0, inFlight: 0, delayed: 0 };
  /** Each message that is `visible` or `echoes` stands in it once; those long gone may still. */
  const line = createLine();
  const hidden = createDeadlines();
  /** By when each was sent, so that a changed retention holds for all of them. */
  const ages = createDeadlines();

  const move = (message: Message, place: Place) => {
    places[message.place]--;
    places[place]++;
    message.place = place;
  };
  const stand = (message: Message, first: boolean) => {
    if (first) line.putFirst(message);
    else line.put(message);
    changed();
  };
  const hideIn = (place: Place, message: Message, ms: number) => {
    move(message, place);
    message.untilMs = clock.nowMs() + ms;
    hidden.add(message.untilMs, message.number);
    changed();
  };
  const show = (message: Message) => {
    move(message, 'visible');
    if (message.echoes) message.echoes = false;
    else stand(message, false);
  };
  const remove = (message: Message) => {
    messages.delete(message.number);
    places[message.place]--;
  };
  const endOld = (nowMs: number) => {
    for (let oldest = ages.earliest(); oldest !== undefined; oldest = ages.earliest()) {
      const message = messages.get(oldest.message);
      if (message !== undefined && oldest.atMs + retentionMs() > nowMs) return;
      ages.drop();
      if (message !== undefined) remove(message);
    }
  };
  const showDue = (nowMs: number) => {
    for (let due = hidden.earliest(); due !== undefined && due.atMs <= nowMs; due = hidden.earliest()) {
      hidden.drop();
      const message = messages.get(due.message);
      if (message !== undefined && message.place !== 'visible' && message.untilMs === due.atMs) show(message);
    }
  };
  const sweep = (deadlines: Deadlines, dueOf: (message: Message) => number | undefined) => {
    if (deadlines.size() < leastSwept || deadlines.size() < 2 * messages.size) return;
    deadlines.clear();
    for (const message of messages.values()) {
      const atMs = dueOf(message);
      if (atMs !== undefined) deadlines.add(atMs, message.number);
    }
  };

  return {
    settle() {
      const nowMs = clock.nowMs();
      endOld(nowMs);
      showDue(nowMs);
      sweep(ages, ({ sentAtMs }) => sentAtMs);
      sweep(hidden, ({ place, untilMs }) => (place === 'visible' ? undefined : untilMs));
    },
    places,
    all: () => messages.values(),
    find: (number) => messages.get(number),
    enter(message, { delayMs, first }) {
      messages.set(message.number, message);
      places[message.place]++;
      ages.add(message.sentAtMs, message.number);
      if (delayMs > 0) hideIn('delayed', message, delayMs);
      else stand(message, first);
    },
    remove,
    clear() {
      for (const message of messages.values()) remove(message);
      line.clear();
    },
    next() {
      for (let message = line.shift(); message !== undefined; message = line.shift())
        if (messages.get(message.number) === message) return message;
      return undefined;
    },
    putBack: (message) => line.putFirst(message),
    show,
    hide(message, ms) {
      hideIn('inFlight', message, ms);
    },
    echo(message) {
      message.echoes = true;
      stand(message, true);
    },
    isLineEmpty: () => line.isEmpty(),
    nextShowsAtMs: () => hidden.earliest()?.atMs,
  };
}
