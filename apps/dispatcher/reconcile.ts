import type { GatewayEvent } from '../shared/event.ts';
import type { Answer, Operation } from './dispatch.ts';
import { parseQuery } from './dispatch.ts';
import { compile } from './expression.ts';

/** How a target is asked whether an event arrived whose call was not answered. */
export interface Reconcile {
  readonly operation: Operation;
  /** JSON source text. */
  readonly variablesFor: (event: GatewayEvent, key: string) => string;
  /** What a whole answer without errors says; `undefined` for every other answer, which says nothing. */
  readonly read: (answer: Exclude<Answer, { kind: 'late' }>) => Promise<'found' | 'missing' | undefined>;
}

/** What a query may ask by; `key` is what the mutation carried. */
const known = ['key', 'id', 'type', 'source'] as const;
type Name = (typeof known)[number];
const isKnown = (name: string): name is Name => known.some((each) => each === name);

/** Throws a sentence where the query or the expression cannot be used. */
export function createReconcile({
  query,
  found,
}: {
  readonly query: string;
  readonly found?: string | undefined;
}): Reconcile {
  const { operation, variables } = parseQuery(query);
  const names = variables.filter(isKnown);
  if (names.length === 0 || names.length < variables.length) {
    throw new Error('must take one or more of the variables $key, $id, $type and $source, and no other');
  }
  const evaluate = found === undefined ? undefined : compile(found);

  return {
    operation,
    variablesFor: (event, key) =>
      JSON.stringify(Object.fromEntries(names.map((name) => [name, name === 'key' ? key : event[name]]))),
    async read(answer) {
      if (answer.kind !== 'graphql' || answer.body.errors !== undefined) return undefined;
      const { data } = answer.body;
      if (typeof data !== 'object' || data === null || !(operation.field in data)) return undefined;
      const result =
        evaluate === undefined
          ? ({ ok: true, value: isThere((data as Record<string, unknown>)[operation.field]) } as const)
          : await evaluate(data);
      // An expression that this answer breaks says nothing of it.
      if (!result.ok) return undefined;
      return result.value === true ? 'found' : 'missing';
    },
  };
}

/** Where no expression says it: anything but null, false and an empty list. */
function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== false;
}
