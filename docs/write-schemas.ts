/** `npm run schema`: writes the JSON Schema of gateway.yaml, and what the chart's values have of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { gatewayJsonSchema } from '../apps/shared/gateway-schema.ts';

interface Schema {
  readonly properties: {
    readonly gateway?: { properties: Record<string, unknown> };
    readonly auth: { properties: Record<string, unknown> };
    readonly metrics?: unknown;
    readonly tls?: unknown;
    readonly tracing?: unknown;
    readonly targets: { readonly additionalProperties: { properties: Record<string, unknown> } };
  };
}

const gateway = gatewayJsonSchema();
writeFileSync('docs/gateway.schema.json', gateway);

const file = 'charts/event-gateway/values.schema.json';
const values = JSON.parse(readFileSync(file, 'utf8')) as Schema;
const target = values.properties.targets.additionalProperties;
// What is Kubernetes' alone stays.
const { dispatcher, existingSecret } = target.properties;
const { properties } = (JSON.parse(gateway) as Schema).properties.targets.additionalProperties;
target.properties = { ...properties, dispatcher, existingSecret };
const { metrics, tls, tracing } = (JSON.parse(gateway) as Schema).properties;
const { jwt, sts, webhooks } = (JSON.parse(gateway) as Schema).properties.auth.properties;
// Empty: none, as values of a chart can only be replaced.
const orNone = (schema: unknown) => ({ anyOf: [{ type: 'object', maxProperties: 0 }, schema] });
Object.assign(values.properties.gateway?.properties ?? {}, { metrics, tls: orNone(tls), tracing });
Object.assign(values.properties.auth.properties, { jwt, sts: orNone(sts), webhooks });
writeFileSync(file, `${JSON.stringify(values, null, 2)}\n`);
