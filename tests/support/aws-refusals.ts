import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An error of AWS as it is sent: its name in the JSON protocol, its code in the older one, and its words. */
export interface AwsRefusal {
  readonly type: string;
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** All of a batch is taken, but each of its entries is refused so. */
export interface EntryRefusal {
  readonly entries: Pick<AwsRefusal, 'code' | 'message'>;
}

export interface AwsRefusals {
  readonly url: string;
  /** From now on all requests are refused so; `breaks` ends their connections. */
  readonly refuse: (how: AwsRefusal | EntryRefusal | 'breaks') => void;
  /** How often an action was asked for. */
  readonly times: (action: string) => number;
  readonly close: () => Promise<void>;
}

/** SQS, Secrets Manager, the Parameter Store and STS at one address, which refuse everything. */
export async function startAwsRefusals(): Promise<AwsRefusals> {
  const asked = new Map<string, number>();
  let now: AwsRefusal | EntryRefusal | 'breaks' = 'breaks';
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const action =
        String(request.headers['x-amz-target'] ?? new URLSearchParams(body).get('Action'))
          .split('.')
          .at(-1) ?? '';
      asked.set(action, (asked.get(action) ?? 0) + 1);
      if (now === 'breaks') response.destroy();
      else if ('entries' in now) answerBatch(response, body, now);
      else if (request.headers['x-amz-target'] === undefined) answerXml(response, now);
      else answerJson(response, now);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: (how) => {
      now = how;
    },
    times: (action) => asked.get(action) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** AWS JSON 1.0, compatible with the query protocol: who asks for it finds the older code in a header. */
function answerJson(response: ServerResponse, { type, code, status, message }: AwsRefusal): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-query-error': `${code};Sender`,
    'x-amzn-requestid': 'b284a4f4-e245-4843-96dc-52922101df67',
  });
  response.end(JSON.stringify({ __type: type, message }));
}

function answerBatch(response: ServerResponse, body: string, { entries: { code, message } }: EntryRefusal): void {
  const { Entries = [] } = JSON.parse(body) as { Entries?: readonly { readonly Id: string }[] };
  const Failed = Entries.map(({ Id }) => ({ Id, Code: code, Message: message, SenderFault: true }));
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ Successful: [], Failed }));
}

function answerXml(response: ServerResponse, { code, status, message }: AwsRefusal): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
      `<Message>${message}</Message></Error><RequestId>b284a4f4</RequestId></ErrorResponse>`,
  );
}
