/** Where a secret is to be found. Configuration holds references only, never a secret itself. */
export type SecretRef = { readonly env: string } | { readonly file: string };

/** Reads the secret anew at each call, so that a rotated one is found. */
export type ReadSecret = (ref: SecretRef) => Promise<string>;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
}

export function createReadSecret({ env, readFile }: SecretSources): ReadSecret {
  return async (ref) => {
    const secret = 'env' in ref ? env[ref.env] : (await readFile(ref.file)).replace(/\r?\n$/, '');
    if (secret === undefined || secret === '') {
      throw new Error(`The secret at ${describeSecret(ref)} is empty or missing: set it, or correct the reference`);
    }
    return secret;
  };
}

export function describeSecret(ref: SecretRef): string {
  return 'env' in ref ? `environment variable ${ref.env}` : `file ${ref.file}`;
}
