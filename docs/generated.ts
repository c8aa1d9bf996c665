import { globSync, readFileSync } from 'node:fs';
import { compare } from './compare.ts';
import { drawDiagram } from './draw-diagram.ts';
import { fill } from './markdown.ts';

const read = (file: string) => readFileSync(file, 'utf8');

/** All that `npm run documents` writes: file to text. */
export function generated(): ReadonlyMap<string, string> {
  const baseline = JSON.parse(read('bench/baseline.json')) as Record<string, number>;
  const figures = compare({ limit: read('docs/limit.md'), delivery: read('docs/delivery.md'), baseline });
  const sources = globSync('docs/diagrams/*.mmd').toSorted();
  return new Map([
    ['README.md', fill(read('README.md'), 'figures', figures)],
    ...sources.map((file) => [file.replace(/\.mmd$/, '.svg'), drawDiagram(read(file))] as const),
  ]);
}
