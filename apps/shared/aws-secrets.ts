import { adviseOnAws, adviseOnStart } from './advice.ts';
import { askedOfParameter, askedOfSecret, type Asked } from './asked.ts';
import { nameError } from './log.ts';
import { createReadSecret, type ReadSecret, type SecretSources } from './secrets.ts';

/** As long as a start may wait for a secret, and a target for a fresh one. */
const answerMs = 5_000;

const settings = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: answerMs, throwOnRequestTimeout: true },
};

/**
 * AWS Secrets Manager and the SSM Parameter Store. Their clients are loaded by whoever names a secret there: they take memory
 * that other installations need not have. One client serves all readings, as each would look for its own credentials.
 */
function createAwsSecrets(): Pick<SecretSources, 'awsSecret' | 'awsParameter'> {
  const secretsManager = once(async () => {
    const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    return { client: new SecretsManagerClient(settings), GetSecretValueCommand };
  });
  const parameterStore = once(async () => {
    const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
    return { client: new SSMClient(settings), GetParameterCommand };
  });
  return {
    async awsSecret(name) {
      const { client, GetSecretValueCommand } = await secretsManager();
      const { SecretString } = await client
        .send(new GetSecretValueCommand({ SecretId: name }))
        .catch(unreadable(async () => askedOfSecret(name, await client.config.region())));
      return SecretString;
    },
    async awsParameter(name) {
      const { client, GetParameterCommand } = await parameterStore();
      const { Parameter } = await client
        .send(new GetParameterCommand({ Name: name, WithDecryption: true }))
        .catch(unreadable(async () => askedOfParameter(name, await client.config.region())));
      return Parameter?.Value;
    },
  };
}

/** Secrets from all places that a reference may name. */
export function openSecrets({ env, readFile }: Pick<SecretSources, 'env' | 'readFile'>): ReadSecret {
  return createReadSecret({ env, readFile, ...createAwsSecrets() });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The sentence says which secret it is; where the table knows nothing of the error, what it was. */
function unreadable(asking: () => Promise<Asked>): (error: unknown) => Promise<never> {
  return async (error) => {
    const asked = await asking().catch(() => undefined);
    if (asked === undefined) throw new Error(adviseOnStart('noRegion'), { cause: error });
    const { kind, name, action } = asked;
    const advice = adviseOnAws(error, asked);
    const otherwise = `The ${kind} ${name} cannot be read (${nameError(error)}): correct its name or AWS_REGION, or allow ${action}`;
    throw new Error(advice ?? otherwise, { cause: error });
  };
}
