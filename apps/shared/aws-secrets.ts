import { createReadSecret, type ReadSecret, type SecretSources } from './secrets.ts';

/** As long as a start may wait for a secret, and a target for a fresh one. */
const answerMs = 5_000;

const requestHandler = { connectionTimeout: 2_000, requestTimeout: answerMs, throwOnRequestTimeout: true };

/**
 * AWS Secrets Manager and the SSM Parameter Store. Their clients are loaded by whoever names a secret there: they take memory
 * that other installations need not have.
 */
function createAwsSecrets(): Pick<SecretSources, 'awsSecret' | 'awsParameter'> {
  return {
    async awsSecret(name) {
      const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
      const client = new SecretsManagerClient({ maxAttempts: 2, requestHandler });
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
        return SecretString;
      } catch (error) {
        throw unreadable(`AWS secret ${name}`, 'secretsmanager:GetSecretValue', error);
      } finally {
        client.destroy();
      }
    },
    async awsParameter(name) {
      const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
      const client = new SSMClient({ maxAttempts: 2, requestHandler });
      try {
        const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
        return Parameter?.Value;
      } catch (error) {
        throw unreadable(`AWS parameter ${name}`, 'ssm:GetParameter', error);
      } finally {
        client.destroy();
      }
    },
  };
}

/** Secrets from all places that a reference may name. */
export function openSecrets({ env, readFile }: Pick<SecretSources, 'env' | 'readFile'>): ReadSecret {
  return createReadSecret({ env, readFile, ...createAwsSecrets() });
}

function unreadable(what: string, action: string, error: unknown): Error {
  const name = error instanceof Error ? error.name : String(error);
  return new Error(`The ${what} cannot be read (${name}): correct its name, the region, or allow ${action}`, {
    cause: error,
  });
}
