import { randomUUID } from 'node:crypto';
import { numberOf, redriveOf, usualAttributes, type QueueAttributes, type Redrive } from './attributes.ts';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { HandOutFault } from './faults.ts';
import type { Content, Message, Place } from './message.ts';
import { createStanding } from './standing.ts';
import { createWaiters } from './waiters.ts';

export interface Take {
  readonly most: number;
  readonly visibilityMs: number;
  /** Asked once there is something to give. */
  readonly befalls: () => HandOutFault | undefined;
}

export interface Tally {
  deleted: number;
  /** What senders put here, every copy counted. */
  sent: number;
  /** Messages given out, each as often as it was. */
  receives: number;
  /** The most that any one message has been given out. */
  mostReceives: number;
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly attributes: () => QueueAttributes;
  readonly set: (attributes: QueueAttributes) => void;
  /** How many messages are where, now. */
  readonly places: () => Readonly<Record<Place, number>>;
  readonly tally: Readonly<Tally>;
  readonly all: () => Iterable<Message>;
  /** Puts a message; the id it has got. */
  readonly add: (content: Content, delayMs: number) => string;
  /** Takes over a message of another queue, its age and its receives included. */
  readonly adopt: (message: Message, fromArn: string) => void;
  readonly take: (how: Take) => readonly Message[];
  /** Takes as soon as there is something, or nothing after so many real ms. `whenLeft` tells that nobody waits any more. */
  readonly await: (how: Take, waitMs: number, whenLeft: (then: () => void) => void) => Promise<readonly Message[]>;
  /** Every message that was ever here has a number up to this. */
  readonly lastNumber: () => number;
  readonly find: (number: number) => Message | undefined;
  /** Hides a message that is in flight for so long from now; 0 shows it. */
  readonly hide: (message: Message, ms: number) => void;
  readonly delete: (message: Message) => void;
  readonly purge: () => void;
  /** Of how many deleted messages it still knows. */
  readonly known: () => number;
  /** Puts the last deleted messages back in line; how many there were. */
  readonly redeliver: (count: number) => number;
  /** Puts one of those it knows at the front of the line. */
  readonly redeliverFirst: (index: number) => void;
}

/** What redeliveries are chosen from. */
const mostKnown = 1_000;

/** Messages are given out of order within this many: ten receives' worth. */
const shuffledAmong = 100;

export interface QueueOptions {
  readonly name: string;
  readonly arn: string;
  readonly attributes: QueueAttributes;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly queueAt: (arn: string) => Queue | undefined;
}

export function createQueue({ name, arn, attributes: given, clock, chance, queueAt }: QueueOptions): Queue {
  let attributes: QueueAttributes = {};
  let retentionMs = 0;
  let redrive: Redrive | undefined;
  const set = (changed: QueueAttributes) => {
    attributes = { ...attributes, ...changed };
    retentionMs = numberOf(attributes, 'MessageRetentionPeriod') * 1_000;
    redrive = redriveOf(attributes);
  };
  set({ ...usualAttributes, ...given });

  const tally: Tally = { deleted: 0, sent: 0, receives: 0, mostReceives: 0 };
  let lastNumber = 0;
  const deleted: Message[] = [];
  const standing = createStanding({ clock, retentionMs: () => retentionMs, changed: () => waiters.changed() });
  const waiters = createWaiters({
    isEmpty: () => standing.isLineEmpty(),
    settle: () => standing.settle(),
    nextMs() {
      const atMs = standing.nextShowsAtMs();
      return atMs === undefined ? undefined : clock.realMs(atMs - clock.nowMs());
    },
  });

  /** As a message of its own, so that what still stands in line of its former life is none. */
  const enterAnew = (message: Message, first: boolean) =>
    standing.enter({ ...message, place: 'visible', echoes: false }, { delayMs: 0, first });

  const next = (): Message | undefined => {
    for (let message = standing.next(); message !== undefined; message = standing.next()) {
      const isWornOut = redrive !== undefined && message.receives >= redrive.mostReceives;
      const deadLetters = isWornOut ? queueAt(redrive?.deadLetterArn ?? '') : undefined;
      if (deadLetters === undefined) return message;
      standing.remove(message);
      deadLetters.adopt(message, arn);
    }
    return undefined;
  };
  const give = (message: Message, visibilityMs: number) => {
    const nowMs = clock.nowMs();
    message.echoes = false;
    message.receives++;
    message.receivedAtMs = nowMs;
    message.firstReceivedAtMs ??= nowMs;
    tally.receives++;
    tally.mostReceives = Math.max(tally.mostReceives, message.receives);
    standing.hide(message, visibilityMs);
  };
  const shuffle = (found: Message[]) => {
    const mixed: Message[] = [];
    while (found.length > 0) mixed.push(...found.splice(chance.below(found.length), 1));
    return mixed;
  };
  const take = ({ most, visibilityMs, befalls }: Take): readonly Message[] => {
    standing.settle();
    let message = next();
    if (message === undefined) return [];
    const fault = befalls();
    let found: Message[] = [];
    const wanted = fault?.fault === 'shuffle' ? shuffledAmong : most;
    while (message !== undefined) {
      found.push(message);
      message = found.length < wanted ? next() : undefined;
    }
    if (fault?.fault === 'shuffle') found = shuffle(found);
    for (const left of found.splice(most)) standing.putBack(left);
    for (const given of found) give(given, fault?.fault === 'early' ? fault.ms : visibilityMs);
    // As they are now: the next receive may come before these are told.
    const told = found.map((given) => ({ ...given }));
    if (fault?.fault === 'twice') for (const given of found.toReversed()) standing.echo(given);
    return told;
  };

  return {
    name,
    arn,
    attributes: () => attributes,
    set,
    places() {
      standing.settle();
      return standing.places;
    },
    tally,
    all() {
      standing.settle();
      return standing.all();
    },
    add(content, delayMs) {
      const fresh = { place: 'visible', untilMs: 0, receives: 0, receivedAtMs: 0, echoes: false } as const;
      const born = { id: randomUUID(), number: ++lastNumber, sentAtMs: clock.nowMs() };
      const message = { ...content, ...fresh, ...born, movedFrom: undefined, firstReceivedAtMs: undefined };
      standing.enter(message, { delayMs, first: false });
      tally.sent++;
      return message.id;
    },
    adopt: (message, fromArn) => enterAnew({ ...message, number: ++lastNumber, movedFrom: fromArn }, false),
    take,
    await: (how, waitMs, whenLeft) => waiters.wait(() => take(how), waitMs, whenLeft),
    lastNumber: () => lastNumber,
    find(number) {
      standing.settle();
      return standing.find(number);
    },
    hide(message, ms) {
      if (ms === 0) standing.show(message);
      else standing.hide(message, ms);
    },
    delete(message) {
      standing.remove(message);
      tally.deleted++;
      deleted.push(message);
      if (deleted.length > mostKnown) deleted.shift();
    },
    purge: () => standing.clear(),
    known: () => deleted.length,
    redeliver(count) {
      const back = deleted.splice(Math.max(0, deleted.length - count));
      for (const message of back) enterAnew(message, false);
      return back.length;
    },
    redeliverFirst(index) {
      for (const message of deleted.splice(index, 1)) enterAnew(message, true);
    },
  };
}
