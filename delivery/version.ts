import { readFileSync, writeFileSync } from 'node:fs';
import { giveOutput, placesOf } from './outputs.ts';
import { versionOf } from './read-version.ts';

/**
 * `node delivery/version.ts TAG NOTES`: checks that everything names the version of TAG, writes what is new of it into the
 * file NOTES, and gives the outputs `version` and `prerelease`.
 */
const [tag, notesFile] = process.argv.slice(2);
if (tag === undefined || notesFile === undefined) throw new Error('Usage: node delivery/version.ts TAG NOTES');
const read = (file: string) => readFileSync(file, 'utf8');
const version = versionOf(tag, {
  packageJson: read('package.json'),
  packageLock: read('package-lock.json'),
  chart: read('charts/event-gateway/Chart.yaml'),
  changelog: read('CHANGELOG.md'),
});
if (version.ok) {
  writeFileSync(notesFile, `${version.notes}\n`);
  const places = placesOf(process.env);
  giveOutput(places, 'version', version.version);
  giveOutput(places, 'prerelease', String(version.isPrerelease));
} else {
  for (const fault of version.faults) console.error(fault);
  process.exitCode = 1;
}
