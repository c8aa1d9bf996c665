import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFilter, describeFilter } from './filter.ts';
import { flatLetter, readLetter, type Letter } from './letter.ts';
import { tellLeft } from './list.ts';
import { counted, jsonLine, letters as lettersOf, safe, type Ended } from './print.ts';
import { createReader, type Reader } from './reader.ts';
import { mostEntries } from '../shared/limits.ts';
import type { Received } from './queues.ts';
import type { DeadLetters, Tools } from './tools.ts';

export interface Drop extends DeadLetters {
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** The file of what is dropped; `undefined` for a name with the time. */
  readonly to: string | undefined;
}

/** Deletes letters, each once it is written to a file. */
export async function drop(command: Drop, tools: Tools): Promise<Ended> {
  const { print, ask, stop } = tools;
  const { target, dryRun, yes } = command;
  if (!dryRun && yes) return dropAll(command, tools, undefined);
  if (!dryRun && ask === undefined) {
    print.tell('Nobody is there to be asked: add --yes to drop, or --dry-run to count.');
    return { ok: false, misused: true };
  }
  const counts = await count(command, tools);
  const what = `${lettersOf(counts.ids.size)}${describeFilter(command.filter)} of ${counts.looked} at ${target}`;
  const classes = counts.ids.size === 0 ? '' : ` (${counted(counts.classes)})`;
  if (dryRun && command.json) {
    await print.out(jsonLine({ target, dry_run: true, looked_at: counts.looked, would_drop: counts.ids.size }));
  }
  if (dryRun || counts.ids.size === 0 || stop.aborted || ask === undefined) {
    print.tell(`${what}${classes} would be dropped. Nothing was changed.`);
    return { ok: !stop.aborted };
  }
  const answer = await ask(`Drop ${what}${classes}? Their events are not delivered any more. Type yes: `);
  if (answer.trim() === 'yes') return dropAll(command, tools, counts.ids);
  print.tell('Nothing was dropped.');
  return { ok: false };
}

async function count(command: Drop, tools: Tools) {
  const { queues, now, stop } = tools;
  const { target, settings, instance } = command;
  const fits = createFilter(command.filter, now());
  const reader = createReader(queues, settings.queue.deadLetterUrl, command.hideSeconds, now);
  const ids = new Set<string>();
  const classes = new Map<string, number>();
  let looked = 0;
  try {
    for await (const received of reader.read(stop)) {
      looked++;
      const letter = readLetter(received, instance, target);
      if (!fits(letter)) continue;
      ids.add(letter.messageId);
      classes.set(letter.class, (classes.get(letter.class) ?? 0) + 1);
      if (ids.size >= command.limit) break;
    }
  } finally {
    tellLeft(reader, await reader.giveBack(), command, tools);
  }
  return { ids, classes, looked };
}

/** `only`: what was asked about, and no letter that came after the question. */
async function dropAll(command: Drop, tools: Tools, only: ReadonlySet<string> | undefined): Promise<Ended> {
  const { queues, print, now, stop } = tools;
  const { target, settings, instance } = command;
  const time = new Date(now()).toISOString().replaceAll(':', '-');
  const path = command.to ?? `${target}-dropped-${time}.jsonl`;
  const fits = createFilter(command.filter, now());
  const reader = createReader(queues, settings.queue.deadLetterUrl, command.hideSeconds, now);
  let file: FileHandle | undefined;
  let waiting: Letter[] = [];
  let looked = 0;
  let dropped = 0;
  let undeleted = 0;
  let hidden: number;
  let fault: string | undefined;

  const flush = async () => {
    const some = waiting;
    waiting = [];
    if (some.length === 0) return;
    file ??= await openNew(path);
    await file.appendFile(some.map((letter) => `${jsonLine(flatLetter(letter, now(), true))}\n`).join(''));
    // Only what the disk has may be deleted.
    await file.sync();
    const ends = await Promise.all(some.map((letter) => remove(reader, letter)));
    dropped += ends.filter(Boolean).length;
    undeleted += ends.filter((end) => !end).length;
  };

  try {
    for await (const received of reader.read(stop)) {
      looked++;
      const letter = readLetter(received, instance, target);
      if (!fits(letter) || only?.has(letter.messageId) === false) continue;
      waiting.push(letter);
      const reached = dropped + undeleted + waiting.length >= command.limit;
      if (reached || waiting.length >= mostEntries) await flush();
      if (reached) break;
    }
    await flush();
  } catch (error) {
    // What was dropped until then, and where it is, is told all the same.
    fault = error instanceof Error ? error.message : String(error);
  } finally {
    await file?.close();
    hidden = await reader.giveBack();
  }
  const written = file === undefined ? null : path;
  if (command.json) {
    const figures = { looked_at: looked, dropped, not_deleted: undeleted, file: written, stopped: stop.aborted };
    await print.out(jsonLine({ target, dry_run: false, ...figures }));
  }
  print.tell(
    `${lettersOf(dropped)} of ${looked} at ${target} dropped${written === null ? '' : `, and written to ${written}`}.`,
  );
  if (fault !== undefined) print.tell(safe(fault));
  if (undeleted > 0) print.tell(`${lettersOf(undeleted)} written but not deleted: drop them again.`);
  tellLeft(reader, hidden, command, tools);
  return { ok: fault === undefined && !stop.aborted && undeleted + hidden === 0 };
}

async function remove(reader: Reader, letter: Received): Promise<boolean> {
  return reader.remove(letter).then(
    () => true,
    () => false,
  );
}

/** For its owner's eyes, as it holds payloads. Its name is made durable as well, or a crash could leave a file that nobody finds. */
async function openNew(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} cannot be written, so nothing is dropped (${reason}): name another file with --to.`);
  });
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
  return file;
}
