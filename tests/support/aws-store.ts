import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface AwsStore {
  readonly url: string;
  /** By name, as Secrets Manager and the Parameter Store hold them. */
  readonly secrets: Map<string, string>;
  readonly parameters: Map<string, string>;
  /** Operations that were asked for. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

/** AWS Secrets Manager and the SSM Parameter Store at one address, by AWS JSON 1.1. */
export async function startAwsStore(): Promise<AwsStore> {
  const server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']);
    store.asked.push(operation);
    void json(request).then((input) => {
      const { SecretId = '', Name = '', WithDecryption = false } = input as Record<string, string | boolean>;
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      const secret = store.secrets.get(String(SecretId));
      const parameter = store.parameters.get(String(Name));
      if (operation === 'secretsmanager.GetSecretValue' && secret !== undefined)
        return answer(200, { Name: SecretId, SecretString: secret });
      if (operation === 'AmazonSSM.GetParameter' && parameter !== undefined)
        return answer(200, { Parameter: { Name, Value: WithDecryption === true ? parameter : 'encrypted' } });
      const missing = operation.startsWith('AmazonSSM') ? 'ParameterNotFound' : 'ResourceNotFoundException';
      return answer(400, { __type: missing, message: 'There is none of this name' });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store: AwsStore = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets: new Map(),
    parameters: new Map(),
    asked: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return store;
}
