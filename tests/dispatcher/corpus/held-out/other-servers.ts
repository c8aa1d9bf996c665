import type { LabelledAnswer } from '../labelled-answer.ts';

export const otherServers: readonly LabelledAnswer[] = [
  {
    source: 'smashgg/developer-portal#111: category validation',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Your query complexity is too high. A maximum of 1000 objects may be returned by each request. (actual: 1000)","extensions":{"category":"validation"},"path":["deliver"],"type":"validation"}],"data":{"deliver":null}}',
    field: 'deliver',
    expected: 'refused',
  },
];
