/** `npm run bench`: how fast it is, beside others that run in the same minute. */
import { writeFile } from 'node:fs/promises';
import { runToEnd } from '../tests/conformance/run-to-end.ts';
import { keep, readBaseline } from './baseline.ts';
import { judge, type Figure } from './figure.ts';
import { stepAside } from './measure.ts';
import { readOptions, type Options } from './options.ts';
import { sections } from './sections/all.ts';
import { heading, tableLines } from './table.ts';

const names = Object.keys(sections);

const usage = `Usage: npm run bench [-- ${names.join('|')}] [--short] [--json FILE] [--keep]
  --short   fewer and shorter rounds, the same bounds
  --json    writes the figures
  --keep    writes the figures into bench/baseline.json, with which later runs are compared

Needs Linux, two cores that nothing else uses, taskset, ss (iproute2), and redis-server.
`;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function measure({ section, short, jsonFile, keep: isKept }: Options, signal: AbortSignal): Promise<number> {
  stepAside();
  const baseline = await readBaseline();
  const figures: Figure[] = [];
  let failures = 0;
  for (const [name, play] of Object.entries(sections)) {
    if (section !== undefined && section !== name) continue;
    try {
      figures.push(...(await play({ short, signal, say: (line) => say(`  ${name}: ${line}`) })));
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      process.stderr.write(
        `${name} could not be measured: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
  say(heading);
  for (const figure of figures) for (const line of tableLines(figure, baseline[figure.name])) say(line);
  const verdicts = figures.map(judge);
  const count = (verdict: string) => verdicts.filter((each) => each === verdict).length;
  say(`${count('held')} held, ${count('broken')} broken${failures > 0 ? `, ${failures} sections not measured` : ''}`);
  if (jsonFile !== undefined) {
    const told = figures.map((figure) => ({ ...figure, verdict: judge(figure) }));
    await writeFile(jsonFile, `${JSON.stringify({ short, figures: told }, null, 1)}\n`);
  }
  if (isKept) await keep(baseline, figures);
  return count('broken') + failures > 0 || figures.length === 0 ? 1 : 0;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(usage);
} else {
  const read = readOptions(args, names);
  if (read.ok) await runToEnd((signal) => measure(read.options, signal));
  else {
    process.stderr.write(`${read.fault}\n${usage}`);
    process.exitCode = 2;
  }
}
