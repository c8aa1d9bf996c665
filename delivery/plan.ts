import { readFileSync, writeFileSync } from 'node:fs';
import { describePlan } from './describe-plan.ts';
import { judgePlan } from './judge-plan.ts';
import { giveOutput, giveSummary, placesOf } from './outputs.ts';

/**
 * `node delivery/plan.ts ENVIRONMENT PLAN.json PAGE.md [DIGEST]`: tells what a plan does, and gives the output `digest`. With
 * DIGEST it fails on a plan that is another than the one that was shown.
 */
const [environment, planFile, pageFile, shown = ''] = process.argv.slice(2);
if (environment === undefined || planFile === undefined || pageFile === undefined)
  throw new Error('Usage: node delivery/plan.ts ENVIRONMENT PLAN.json PAGE.md [DIGEST]');
const plan = judgePlan(readFileSync(planFile, 'utf8'));
const page = describePlan(environment, plan);
writeFileSync(pageFile, `${page}\n`);
const places = placesOf(process.env);
giveSummary(places, page);
giveOutput(places, 'digest', plan.digest);
if (shown !== '' && shown !== plan.digest) {
  console.error(
    `The plan of ${environment} is ${plan.digest.slice(0, 12)}, and ${shown.slice(0, 12)} was shown and approved: ` +
      'something changed in between. Run the workflow again, and look at the new plan.',
  );
  process.exitCode = 1;
}
