import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** A JSON Schema 2020-12, compiled: says whether a value keeps to it, and then where not. */
export type Schema = ValidateFunction;

/** Where, and what is wrong there. */
export type SchemaFault = ErrorObject;

/** The only door to the library; whoever has schemas loads this file. Throws where the value is no schema. */
export function compileSchema(schema: unknown): Schema {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default(ajv);
  return ajv.compile(schema as object);
}
