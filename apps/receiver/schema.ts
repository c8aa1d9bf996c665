import type { ErrorObject, ValidateFunction } from 'ajv';

/** A JSON Schema 2020-12, compiled: says whether a value keeps to it, and then where not. */
export type Schema = ValidateFunction;

/** Where, and what is wrong there. */
export type SchemaFault = ErrorObject;

/** The only door to the library, which is loaded by whoever has schemas. Rejects where the value is no schema. */
export async function compileSchema(schema: unknown): Promise<Schema> {
  const [{ Ajv2020 }, formats] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default.default(ajv);
  return ajv.compile(schema as object);
}
