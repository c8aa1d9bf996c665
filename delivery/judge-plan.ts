import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Of `terraform show -json PLAN`, what is looked at: values stay out, as some of them are secret. */
const planSchema = z.object({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        type: z.string(),
        change: z.object({
          actions: z.array(z.string()).min(1),
          before: z.unknown().optional(),
          after: z.unknown().optional(),
        }),
      }),
    )
    .default([]),
  output_changes: z.record(z.string(), z.object({ actions: z.array(z.string()) })).default({}),
});

type Action = 'create' | 'update' | 'replace' | 'delete';

export interface Change {
  readonly address: string;
  readonly action: Action;
  /** It goes, and events or records with it. */
  readonly loses: boolean;
  /** Names of the attributes that differ, in order. */
  readonly attributes: readonly string[];
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Of resources, actions and names of attributes: two plans that say the same have the same. */
  readonly digest: string;
}

/** Messages, records of deliveries, and keys without which neither can be read. */
const holdsData = /^aws_(sqs_queue|elasticache_\w+|kms_key|secretsmanager_secret|ecr_repository)$/;

/** Throws on what is no plan. */
export function judgePlan(json: string): Plan {
  const { resource_changes: resources, output_changes: outputs } = planSchema.parse(JSON.parse(json));
  const changes = resources
    .flatMap(({ address, type, change }) => {
      const action = actionOf(change.actions);
      if (action === undefined) return [];
      const loses = (action === 'replace' || action === 'delete') && holdsData.test(type);
      const attributes = action === 'update' || action === 'replace' ? differing(change.before, change.after) : [];
      return [{ address, action, loses, attributes }];
    })
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const said = Object.entries(outputs)
    .map(([name, { actions }]) => [name, ...actions])
    .filter(([, action]) => action !== 'no-op');
  const digest = createHash('sha256')
    .update(JSON.stringify([changes, said]))
    .digest('hex');
  return { changes, digest };
}

function actionOf(actions: readonly string[]): Action | undefined {
  const has = (action: string) => actions.includes(action);
  if (has('create') && has('delete')) return 'replace';
  return (['create', 'update', 'delete'] as const).find(has);
}

function differing(before: unknown, after: unknown): readonly string[] {
  const membersOf = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const [was, is] = [membersOf(before), membersOf(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .toSorted();
}
