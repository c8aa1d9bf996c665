import { stringify } from 'yaml';
import { z } from 'zod';

const serviceAccount = z.strictObject({
  serviceAccount: z.strictObject({ name: z.string(), annotations: z.record(z.string(), z.string()) }),
});

/** What the environments put out as `chart_values`, all of it values of the chart. */
const chartValues = z.strictObject({
  aws: z.strictObject({ region: z.string() }),
  dispatcher: serviceAccount,
  keda: z.strictObject({ identity: z.literal('operator') }),
  metrics: z.strictObject({
    rules: z.strictObject({ objectives: z.strictObject({ ageSeconds: z.number() }) }),
  }),
  receiver: serviceAccount,
  redis: z.strictObject({ existingSecret: z.string() }),
  targets: z.record(
    z.string(),
    z.strictObject({ queue: z.strictObject({ url: z.string(), deadLetterUrl: z.string() }) }),
  ),
});

/** The text of a values file, of what `terraform output -json chart_values` says. Throws where that is something else. */
export function toValuesFile(output: string): string {
  const values = chartValues.parse(JSON.parse(output));
  return `# Written by npm run infrastructure:values from what Terraform made.\n${stringify(values, { lineWidth: 0 })}`;
}
