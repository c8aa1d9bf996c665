import { cpSync, globSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, programs, type ProgramName } from './bundle.ts';

/**
 * `npm run build [-- receiver | dispatcher | egw …]`: the programs of the images into `dist`, with the licences of all
 * packages that are in them.
 */
const folder = 'dist';
const all = Object.keys(programs) as ProgramName[];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.some((each) => each === name));
if (unknown.length > 0)
  throw new Error(`There is no ${unknown.join(', ')} to build: name some of ${all.join(', ')}, or nothing for all`);
const wanted = all.filter((name) => asked.length === 0 || asked.includes(name));

/** A package's name, version and licence, and the texts that it wants handed on. */
function licenceOf(path: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license: string;
  };
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(path, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

for (const file of globSync(`${folder}/*.js`)) rmSync(file);
const { packages, bytes } = await bundle(wanted, folder);
cpSync('apps/dispatcher/scripts', `${folder}/scripts`, { recursive: true });
writeFileSync(`${folder}/LICENSES.txt`, `${packages.map(licenceOf).join(`\n\n${'─'.repeat(80)}\n\n`)}\n`);
console.log(`${folder}: ${wanted.join(', ')}, of ${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
