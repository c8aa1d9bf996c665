import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeOutcome } from './describe-outcome.ts';
import { giveSummary, placesOf } from './outputs.ts';
import { rollOut } from './roll-out.ts';
import { runProgram } from './run.ts';

const usage = `Usage: node delivery/release.ts --chart FILE --values FILE --registry NAME --receiver DIGEST --dispatcher DIGEST
  --chart       packaged chart
  --values      values of the environment; more than once, the last wins
  --registry    where the images are, as 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  --receiver    digest of its image, as sha256:…; so --dispatcher
  --name        of the release; event-gateway by default
  --namespace   of the release; event-gateway by default

Upgrades the release on the cluster of the current context, sends an event, and looks whether it arrives. Where it does not,
what was there before is put back. Exit code 0 where it arrived, 1 where not, 2 where this is called wrongly.
`;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits');
const label = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/, 'must be a name of Kubernetes, 53 characters at most');
const settings = z.object({
  chart: z.string().endsWith('.tgz'),
  values: z.array(z.string()).min(1),
  registry: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$/, 'must be a registry, without https:// and a slash at its end'),
  receiver: digest,
  dispatcher: digest,
  name: label.default('event-gateway'),
  namespace: label.default('event-gateway'),
});

function readSettings(): z.infer<typeof settings> | string {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        chart: text,
        values: { type: 'string', multiple: true },
        registry: text,
        receiver: text,
        dispatcher: text,
        name: text,
        namespace: text,
      },
    });
    const read = settings.safeParse(values);
    return read.success
      ? read.data
      : read.error.issues.map((each) => `--${each.path.join('.')} ${each.message}`).join('\n');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const read = readSettings();
if (typeof read === 'string') {
  console.error(`${read}\n\n${usage.trimEnd()}`);
  process.exitCode = 2;
} else {
  const { values: valuesFiles, receiver, dispatcher, ...rest } = read;
  const outcome = await rollOut({ ...rest, valuesFiles, digests: { receiver, dispatcher } }, runProgram);
  giveSummary(placesOf(process.env), describeOutcome(read.name, outcome));
  if (outcome.kind !== 'delivers') process.exitCode = 1;
}
