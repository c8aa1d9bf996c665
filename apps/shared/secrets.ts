import * as z from 'zod';
import { nameError } from './log.ts';
import { hide, type Secret } from './secret.ts';

/** Where a secret is to be found. Configuration holds references only, never a secret itself. */
export const secretRef = z
  .union(
    [
      z.strictObject({ env: z.string().min(1) }),
      z.strictObject({ file: z.string().min(1) }),
      z.strictObject({
        awsSecret: z.string().min(1).max(2_048).describe('Name or ARN in AWS Secrets Manager'),
        key: z.string().min(1).optional().describe('A member of the JSON that the secret holds'),
      }),
      z.strictObject({ awsParameter: z.string().min(1).max(2_048).describe('Name or ARN in the SSM Parameter Store') }),
    ],
    {
      error:
        'is no secret reference: write { env: NAME }, { file: path }, { awsSecret: name, key: member } or { awsParameter: name }; secrets themselves never stand here',
    },
  )
  .describe('Where a secret is found; never the secret itself');

export type SecretRef = z.output<typeof secretRef>;

/** Reads the secret anew at each call, so that a rotated one is found. */
export type ReadSecret = (ref: SecretRef) => Promise<Secret>;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  /** The text of a secret in AWS Secrets Manager. */
  readonly awsSecret: (name: string) => Promise<string | undefined>;
  /** The text of a parameter in the SSM Parameter Store. */
  readonly awsParameter: (name: string) => Promise<string | undefined>;
}

export function createReadSecret({ env, readFile, awsSecret, awsParameter }: SecretSources): ReadSecret {
  const read = async (ref: SecretRef): Promise<string | undefined> => {
    if ('env' in ref) return env[ref.env];
    if ('file' in ref) return (await readFile(ref.file).catch(unreadable(ref))).replace(/\r?\n$/, '');
    if ('awsParameter' in ref) return awsParameter(ref.awsParameter);
    const text = await awsSecret(ref.awsSecret);
    return ref.key === undefined || text === undefined ? text : memberOf(text, ref.key);
  };
  return async (ref) => {
    const secret = await read(ref);
    if (secret === undefined || secret === '') {
      throw new Error(`The secret at ${describeSecret(ref)} is empty or missing: set it, or correct the reference`);
    }
    return hide(secret);
  };
}

/** A string member of a JSON object; `undefined` where there is none, or no object: its text may not be told. */
function memberOf(text: string, key: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    const member = (value as Record<string, unknown>)[key];
    return typeof member === 'string' ? member : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(ref: SecretRef): (error: unknown) => never {
  return (error) => {
    const fault = `The secret at ${describeSecret(ref)} cannot be read (${nameError(error)})`;
    throw new Error(`${fault}: put it there, or correct the reference`, { cause: error });
  };
}

export function describeSecret(ref: SecretRef): string {
  if ('env' in ref) return `environment variable ${ref.env}`;
  if ('file' in ref) return `file ${ref.file}`;
  if ('awsParameter' in ref) return `AWS parameter ${ref.awsParameter}`;
  return `AWS secret ${ref.awsSecret}${ref.key === undefined ? '' : `, member ${ref.key}`}`;
}
