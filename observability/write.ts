/** `npm run observability`: writes what the chart packs, and the page of the metrics. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

for (const [file, text] of generated()) {
  mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true });
  writeFileSync(file, text);
}
