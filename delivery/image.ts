import { readdirSync } from 'node:fs';
import { joinImages, tagImage, type Tagged } from './images.ts';
import { giveOutput, placesOf } from './outputs.ts';
import { runProgram } from './run.ts';

/**
 * `node delivery/image.ts join NAME FOLDER TAG`: one image of those whose digests are the names of the files in FOLDER.
 * `node delivery/image.ts tag FROM@DIGEST TO:TAG`: gives a tag, here or in another registry, once.
 * Both give the output `digest`.
 */
const usage = 'Usage: node delivery/image.ts join NAME FOLDER TAG | tag FROM@DIGEST TO:TAG';

async function asked(): Promise<Tagged> {
  const [verb, first, second, third] = process.argv.slice(2);
  if (verb === 'tag' && first !== undefined && second !== undefined) {
    if (!/@sha256:[0-9a-f]{64}$/.test(first)) return { ok: false, fault: `${first} names no digest. ${usage}` };
    return tagImage(first, second, runProgram);
  }
  if (verb !== 'join' || first === undefined || second === undefined || third === undefined)
    return { ok: false, fault: usage };
  const files = readdirSync(second);
  const foreign = files.filter((file) => !/^[0-9a-f]{64}$/.test(file));
  if (files.length !== 2 || foreign.length > 0)
    return {
      ok: false,
      fault: `${second} holds ${files.join(', ') || 'nothing'}: two files named by digests were to be there`,
    };
  return joinImages(
    first,
    files.map((file) => `sha256:${file}`),
    third,
    runProgram,
  );
}

const done = await asked();
if (done.ok) {
  giveOutput(placesOf(process.env), 'digest', done.digest);
} else {
  console.error(done.fault);
  process.exitCode = 1;
}
