import { createFilter } from './filter.ts';
import { flatLetter, readLetter, type Letter } from './letter.ts';
import { counted, jsonLine, letters as lettersOf, safe, span, type Ended } from './print.ts';
import { createReader, type Reader } from './reader.ts';
import type { DeadLetters, Tools } from './tools.ts';

/** How much of a message id is printed and asked for: enough to tell thousands apart. */
export const shortIdChars = 8;

/** Prints each letter that the filter leaves. */
export async function list(command: DeadLetters, tools: Tools): Promise<Ended> {
  const { queues, print, now, stop } = tools;
  const { target, settings, instance, json, limit } = command;
  const fits = createFilter(command.filter, now());
  const reader = createReader(queues, settings.queue.deadLetterUrl, command.hideSeconds, now);
  const classes = new Map<string, number>();
  let looked = 0;
  let listed = 0;
  let hidden: number;
  try {
    for await (const received of reader.read(stop)) {
      looked++;
      const letter = readLetter(received, instance, target);
      if (!fits(letter)) continue;
      listed++;
      classes.set(letter.class, (classes.get(letter.class) ?? 0) + 1);
      await print.out(json ? jsonLine(flatLetter(letter, now(), false)) : lineOf(letter, now()));
      if (listed >= limit) break;
    }
  } finally {
    hidden = await reader.giveBack();
  }
  const of = looked === listed ? '' : ` of ${looked}`;
  print.tell(`${lettersOf(listed)}${of} at ${target}${listed === 0 ? '' : `: ${counted(classes)}`}.`);
  if (listed >= limit) print.tell(`Ended at --limit ${limit}; there may be more.`);
  tellLeft(reader, hidden, command, tools);
  return { ok: !stop.aborted && hidden === 0 };
}

function lineOf(letter: Letter, nowMs: number): string {
  const { event } = letter;
  const what = event === undefined ? 'no event of ours' : `${event.type}  ${event.source}  ${event.id}`;
  const age = span(nowMs - letter.sentAtMs).padEnd(8);
  return safe(
    `${letter.messageId.slice(0, shortIdChars)}  ${age}  ${letter.class.padEnd(9)}  ${what}  ${letter.reason}`,
  );
}

/** What a reader did not see, or could not give back. */
export function tellLeft(reader: Reader, hidden: number, command: DeadLetters, { print, stop }: Tools): void {
  if (reader.elsewhere() > 0)
    print.tell(
      `About ${lettersOf(reader.elsewhere())} could not be seen: another reader has them, or one that was killed. They come back in their time.`,
    );
  if (reader.later() > 0) print.tell(`${lettersOf(reader.later())} came meanwhile, and were left alone.`);
  if (reader.full()) print.tell('The run ended at as many letters as SQS lets be hidden; there may be more.');
  if (hidden > 0)
    print.tell(
      `${lettersOf(hidden)} could not be given back, and are shown again in ${span(command.hideSeconds * 1_000)}.`,
    );
  if (stop.aborted) print.tell('Stopped before the end: run it again to go on.');
}
