/** `npm run documents`: draws the diagrams, and puts the recorded figures into the README and docs/capacity.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { fillCapacity } from './fill-capacity.ts';
import { generated } from './generated.ts';

for (const [file, text] of generated()) writeFileSync(file, text);

const capacity = 'docs/capacity.md';
const baseline = JSON.parse(readFileSync('bench/baseline.json', 'utf8')) as Record<string, number>;
const filled = fillCapacity(readFileSync(capacity, 'utf8'), baseline);
writeFileSync(capacity, await format(filled, { ...(await resolveConfig(capacity)), filepath: capacity }));
