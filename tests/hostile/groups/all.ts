import type { Group } from '../group.ts';
import { hostileAnswers } from './answers.ts';
import { anyBytes } from './bytes.ts';
import { cloudEvents } from './cloudevents.ts';
import { configuration } from './configuration.ts';
import { encodings } from './encodings.ts';
import { halfOpen } from './half-open.ts';
import { hostileHeaders } from './headers.ts';
import { identities } from './identities.ts';
import { jsonBombs } from './json-bombs.ts';
import { hostileLetters } from './letters.ts';
import { hostileMessages } from './messages.ts';
import { openApi } from './openapi.ts';
import { patterns } from './patterns.ts';
import { pipelining } from './pipelining.ts';
import { hostileRedis } from './redis.ts';
import { signatures } from './signatures.ts';
import { slowloris } from './slowloris.ts';
import { smuggling } from './smuggling.ts';
import { forgedTokens } from './tokens.ts';

export const groups: readonly Group[] = [
  anyBytes,
  encodings,
  jsonBombs,
  cloudEvents,
  openApi,
  hostileHeaders,
  identities,
  patterns,
  forgedTokens,
  signatures,
  smuggling,
  pipelining,
  halfOpen,
  slowloris,
  hostileAnswers,
  hostileMessages,
  hostileLetters,
  configuration,
  hostileRedis,
];
