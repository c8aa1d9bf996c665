import * as z from 'zod';
import { gatewaySchema } from './config.ts';

/** JSON Schema 2020-12 of `gateway.yaml` as people write it, for editors; the apps themselves ask more than it can say. */
export function gatewayJsonSchema(): string {
  const schema = z.toJSONSchema(gatewaySchema, { io: 'input' });
  return `${JSON.stringify({ title: 'gateway.yaml of Event Gateway', ...schema }, undefined, 2)}\n`;
}
