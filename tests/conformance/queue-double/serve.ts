import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { Control, ControlAnswer } from './control.ts';
import { execute } from './execute.ts';
import { actions, type Action, type ExecutionFault, type Faults } from './faults.ts';
import type { Input } from './input.ts';
import type { Queues } from './queues.ts';
import { Refusal, refusalAnswer, type Answer } from './refusal.ts';
import type { Request } from './request.ts';
import { strike } from './strike.ts';

export interface ServeOptions {
  readonly queues: Queues;
  readonly faults: Faults;
  readonly chance: Chance;
  readonly clock: Clock;
  readonly control: Control;
}

const controlPath = '/_control';
const listPath = `${controlPath}/messages?queue=`;
const targetStart = 'AmazonSQS.';

/** A list is written in pieces of about so many characters: neither a packet a message, nor all of it at once. */
const pieceChars = 65_536;

function read(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => void (text += chunk));
    request.once('end', () => resolve(text));
    request.once('close', () => reject(new Error('The client left')));
  });
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

function writeControl(response: ServerResponse, { status, body }: ControlAnswer): void {
  response.statusCode = status;
  if (typeof body === 'string') {
    response.end(body);
    return;
  }
  let piece = '';
  for (const line of body) {
    piece += line;
    if (piece.length < pieceChars) continue;
    response.write(piece);
    piece = '';
  }
  response.end(piece);
}

function readAction(request: IncomingMessage): Action {
  const target = String(request.headers['x-amz-target']);
  const action = actions.find((each) => target === targetStart + each);
  if (action === undefined) throw new Refusal('InvalidAction', `The double does not know ${target}.`);
  return action;
}

function whenLeft(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.once('close', then);
}

/** Serves SQS' JSON protocol, and on a path of its own what tests ask. */
export function createServe(options: ServeOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { queues, faults, chance, clock, control } = options;

  const serveControl = async (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '';
    if (request.method === 'POST') writeControl(response, control.order(await read(request)));
    else if (url.startsWith(listPath))
      writeControl(response, control.list(decodeURIComponent(url.slice(listPath.length))));
    else writeControl(response, control.counts());
  };

  const serveSqs = async (request: IncomingMessage, response: ServerResponse) => {
    const input = JSON.parse(await read(request)) as Input;
    const action = readAction(request);
    const name = [input['QueueUrl'], input['QueueName']].find((each) => typeof each === 'string')?.replace(/.*\//, '');
    const baseUrl = `http://${request.headers.host ?? ''}`;
    const run = (fault: ExecutionFault | undefined) => {
      const given: Request = {
        input,
        queues,
        fault,
        chance,
        clock,
        baseUrl,
        befalls: (queue) => faults.strikeHandOut(queue),
        whenLeft: (then) => whenLeft(response, then),
      };
      return execute(action, given);
    };
    const hasDeleted = action === 'ReceiveMessage' && (queues.named(name ?? '')?.known() ?? 0) > 0;
    const reaction = await strike(faults.strike({ action, queue: name, hasDeleted }), run);
    switch (reaction.kind) {
      case 'answer':
        write(response, reaction.answer);
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'hang':
        return;
      default:
        reaction satisfies never;
    }
  };

  return (request, response) => {
    const serve = request.url?.startsWith(controlPath) === true ? serveControl : serveSqs;
    serve(request, response).catch((error: unknown) => {
      if (response.closed || request.destroyed) return;
      if (error instanceof Refusal) write(response, refusalAnswer(error));
      else write(response, refusalAnswer(new Refusal('InternalFailure', `The double failed: ${String(error)}`)));
    });
  };
}
