import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { giveOutput, placesOf } from './outputs.ts';
import { runProgram, type Run, type Said } from './run.ts';

/**
 * `node delivery/publish-chart.ts CHART.tgz oci://REGISTRY/PATH`: pushes a packaged chart and gives the output `digest`. A
 * version that is there stays what it is: the same chart is taken for done, another is refused.
 */
type Published = { readonly ok: true; readonly digest: string } | { readonly ok: false; readonly fault: string };

async function publish(file: string, to: string, run: Run): Promise<Published> {
  const [, name, version] = /^(.+?)-(\d+\.\d+\.\d+.*)\.tgz$/.exec(basename(file)) ?? [];
  if (name === undefined || version === undefined)
    return { ok: false, fault: `${file} is no packaged chart: NAME-VERSION.tgz was to be given` };
  const folder = mkdtempSync(join(tmpdir(), 'egw-chart-'));
  try {
    const pulled = await run('helm', ['pull', `${to}/${name}`, '--version', version, '--destination', folder]);
    if (!pulled.ok) {
      // A registry may deny to say what is not there. Whoever may not read may not push either.
      if (!/not found|manifest unknown|name unknown|denied/i.test(pulled.text))
        return { ok: false, fault: pulled.text.trim() };
      const pushed = await run('helm', ['push', file, to]);
      return pushed.ok ? digestIn(pushed) : { ok: false, fault: `${file} was not pushed: ${pushed.text.trim()}` };
    }
    if (readFileSync(join(folder, basename(file))).equals(readFileSync(file))) return digestIn(pulled);
    return { ok: false, fault: `${to}/${name} has another ${version} already: a version is released once` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Helm has no machine-readable form of it. */
function digestIn({ text }: Said): Published {
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(text)?.[1];
  return digest === undefined ? { ok: false, fault: `Helm told no digest: ${text.trim()}` } : { ok: true, digest };
}

const [file, to] = process.argv.slice(2);
if (file === undefined || to === undefined)
  throw new Error('Usage: node delivery/publish-chart.ts CHART.tgz oci://REGISTRY/PATH');
const done = await publish(file, to, runProgram);
if (done.ok) {
  giveOutput(placesOf(process.env), 'digest', done.digest);
} else {
  console.error(done.fault);
  process.exitCode = 1;
}
