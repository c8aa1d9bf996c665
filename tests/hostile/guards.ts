import type { Edit } from '../conformance/tree.ts';

/** What keeps an attack from doing harm, and how it is taken out. */
export interface Removal {
  readonly guard: string;
  /** The group that must notice. */
  readonly noticedBy: string;
  readonly edit: Edit;
}

/** One for each thing that groups are held to: leaks, crashes, memory, hangs, and what is let in. */
export const removals: readonly Removal[] = [
  {
    guard: 'payloads stay out of logs',
    noticedBy: 'cloudevents',
    edit: {
      file: 'apps/receiver/receive.ts',
      find: 'log.info({ ...fields, duration_ms: durationMs }',
      replace: 'log.info({ ...fields, duration_ms: durationMs, body: enriched.ok ? enriched.body : 0 }',
    },
  },
  {
    guard: 'what is no UTF-8 is refused',
    noticedBy: 'encodings',
    edit: {
      file: 'apps/receiver/read.ts',
      find: '  try {\n    return utf8.decode(body);\n  } catch {\n    return undefined;\n  }',
      replace: '  return utf8.decode(body);',
    },
  },
  {
    guard: 'bodies are forgotten',
    noticedBy: 'json bombs',
    edit: {
      file: 'apps/receiver/accept.ts',
      find: 'chunks.push(chunk);',
      replace:
        'chunks.push(chunk);\n        ((globalThis as { kept?: Buffer[] }).kept ??= []).push(Buffer.from(chunk));',
    },
  },
  {
    guard: 'signatures are of their time',
    noticedBy: 'signatures',
    edit: {
      file: 'apps/receiver/verify-webhook.ts',
      find: 'const toleranceSeconds = 300;',
      replace: 'const toleranceSeconds = 1e9;',
    },
  },
  {
    guard: 'unread answers end their connection',
    noticedBy: 'slowloris',
    edit: {
      file: 'apps/receiver/server.ts',
      find: '  server.setTimeout(connection.silenceTimeout);\n',
      replace: '',
    },
  },
  {
    guard: 'answers of a target are bounded',
    noticedBy: 'answers',
    edit: {
      file: 'apps/dispatcher/connection.ts',
      find: '      maxResponseSize: maxAnswerBytes,\n',
      replace: '      maxResponseSize: 1024 * maxAnswerBytes,\n',
    },
  },
  {
    guard: 'replies have the form of their script',
    noticedBy: 'redis replies',
    edit: {
      file: 'apps/dispatcher/replies.ts',
      find: '!result.ok || fits(result.reply)',
      replace: '!result.ok || fits.length > 0',
    },
  },
];
