/** `node docs/draw-faults.ts REPORT`: draws the alerts of each fault, from a report of `npm run test:observability -- --json REPORT`. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Report } from '../tests/conformance/proof.ts';
import { drawAlerts } from '../tests/observability/draw-alerts.ts';
import { stagedOf } from '../tests/observability/page.ts';
import type { ObservedRun } from '../tests/observability/runs.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Name the report: node docs/draw-faults.ts REPORT');
const { runs } = JSON.parse(readFileSync(file, 'utf8')) as Report<ObservedRun>;
const staged = runs.map(stagedOf).filter((each) => each !== undefined);
writeFileSync('docs/faults.svg', `${drawAlerts(staged).markup}\n`);
