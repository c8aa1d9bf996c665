import { flatLetter, readLetter, type Letter } from './letter.ts';
import { shortIdChars, tellLeft } from './list.ts';
import { jsonLine, safe, type Ended } from './print.ts';
import { createReader } from './reader.ts';
import type { DeadLetters, Tools } from './tools.ts';

export interface ShowLetter extends DeadLetters {
  /** A message id or its beginning, the id of an event, or its key. */
  readonly id: string;
}

/** Prints all that there is of one letter; where several are of that id, of each. */
export async function show(command: ShowLetter, tools: Tools): Promise<Ended> {
  const { queues, print, now, stop } = tools;
  const { target, settings, instance, json, id } = command;
  const isMeant = ({ messageId, event, key }: Letter) =>
    messageId === id || event?.id === id || key === id || (id.length >= shortIdChars && messageId.startsWith(id));
  const reader = createReader(queues, settings.queue.deadLetterUrl, command.hideSeconds, now);
  let shown = 0;
  let hidden: number;
  try {
    for await (const received of reader.read(stop)) {
      const letter = readLetter(received, instance, target);
      if (!isMeant(letter)) continue;
      await print.out(json ? jsonLine(flatLetter(letter, now(), true)) : pageOf(letter, now(), shown > 0));
      shown++;
      if (letter.messageId === id) break;
    }
  } finally {
    hidden = await reader.giveBack();
  }
  tellLeft(reader, hidden, command, tools);
  if (shown > 0 || stop.aborted) return { ok: shown > 0 && hidden === 0 };
  print.tell(
    `There is no letter ${safe(id)} at ${target}: give a message id (or its first ${shortIdChars} characters), an event's id or its key, as egw dlq list ${target} --json tells them.`,
  );
  return { ok: false };
}

function pageOf(letter: Letter, nowMs: number, apart: boolean): string {
  const { body, ...facts } = flatLetter(letter, nowMs, true);
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(14)} ${safe(String(value))}`);
  const text = String(body).split('\n').map(safe);
  return [...(apart ? [''] : []), ...lines, 'body', ...text].join('\n');
}
