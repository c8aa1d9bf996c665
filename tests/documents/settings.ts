import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const values: unknown = parseYaml(readFileSync('charts/event-gateway/values.yaml', 'utf8'));
const schemas = ['charts/event-gateway/values.schema.json', 'docs/gateway.schema.json'].map((file): unknown =>
  JSON.parse(readFileSync(file, 'utf8')),
);

/** The part of `value` at a path. */
function at(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return isRecord(value) && Object.hasOwn(value, name) ? at(value[name], rest) : undefined;
}

/** Whether a JSON Schema knows a path: by name, by a map's values, or in any of its alternatives. */
function knows(schema: unknown, path: readonly string[], root = schema): boolean {
  if (!isRecord(schema)) return false;
  const [name, ...rest] = path;
  if (name === undefined) return true;
  const { $ref, properties, additionalProperties, anyOf, oneOf, allOf } = schema;
  if (typeof $ref === 'string') return knows(at(root, $ref.split('/').slice(1)), path, root);
  if (isRecord(properties) && Object.hasOwn(properties, name)) return knows(properties[name], rest, root);
  const alternatives = [anyOf, oneOf, allOf].flatMap((each) => (Array.isArray(each) ? (each as unknown[]) : []));
  if (alternatives.some((each) => knows(each, path, root))) return true;
  return isRecord(additionalProperties) && knows(additionalProperties, rest, root);
}

const targetOf = (schema: unknown) => at(schema, ['properties', 'targets', 'additionalProperties']);

/**
 * Whether there is a setting of this name: a value of the chart, a setting of gateway.yaml, or one of a target there. `*` and
 * the name of a target stand for any.
 */
export function hasSetting(path: string): boolean {
  const names = path.split('.');
  if (at(values, names) !== undefined) return true;
  return schemas.some((schema) => knows(schema, names) || knows(targetOf(schema), names, schema));
}

/** What a name of a setting looks like in a sentence. */
export const settingLike =
  /^(auth|aws|dispatcher|gateway|graphql|httpRoute|ingress|keda|limit|metrics|networkPolicy|queue|receiver|redis|retry|targets|tests|tracing)(\.[\w*]+)+$/;
