/** `npm run conformance -- limit` and `-- delivery`: the proofs. */
import { deliveryUsage, proveDelivery } from './delivery/prove.ts';
import { limitUsage, proveLimit } from './prove-limit.ts';
import { runToEnd } from './run-to-end.ts';

const proofs: Readonly<Record<string, (args: readonly string[], signal: AbortSignal) => Promise<number>>> = {
  limit: proveLimit,
  delivery: proveDelivery,
};

const [name = '', ...args] = process.argv.slice(2);
const prove = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
if ([name, ...args].some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(`${limitUsage}\n${deliveryUsage}`);
} else if (prove === undefined) {
  process.stderr.write(
    `There are two proofs to run, ${Object.keys(proofs).join(' and ')}; not ${name || 'nothing'}.\n\n${limitUsage}\n${deliveryUsage}`,
  );
  process.exitCode = 2;
} else {
  await runToEnd((signal) => prove(args, signal));
}
