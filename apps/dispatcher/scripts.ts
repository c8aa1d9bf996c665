import { readFileSync } from 'node:fs';
import { loadScript, type Redis, type RunScript } from '../shared/redis.ts';
import { believing, replies } from './replies.ts';
import { createRounds } from './rounds.ts';

type ScriptName = keyof typeof replies;

function readScript(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}

/** The Lua scripts of the dispatcher, each callable once. What they take and reply stands at the top of each file. */
export type Scripts = Readonly<Record<ScriptName, RunScript>>;

export interface LoadOptions {
  /** For how long a completed delivery may wait to be told with others, in ms. */
  readonly patienceMs?: number;
  readonly read?: (name: string) => string;
}

export function loadScripts(redis: Redis, { patienceMs = 0, read = readScript }: LoadOptions = {}): Scripts {
  const rounds = createRounds(() => redis.stream, patienceMs);
  const load = (name: ScriptName, ...before: string[]): RunScript => {
    const script = loadScript(redis, `egw_${name}`, ['record', ...before, name].map(read).join('\n'));
    const when = name === 'complete' ? rounds.soon : rounds.now;
    return believing((keys, args) => when(() => script(keys, args)), replies[name]);
  };
  return {
    claim: load('claim'),
    renew: load('renew'),
    permit: load('permit', 'window', 'shares'),
    complete: load('complete', 'circuit'),
    release: load('release', 'circuit'),
    bury: load('bury', 'circuit'),
    pause: load('pause'),
    share: load('share', 'shares'),
    probe: load('probe', 'circuit'),
    token: load('token'),
  };
}
