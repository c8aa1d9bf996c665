import { readFileSync } from 'node:fs';
import { loadScript, type Redis, type RunScript } from '../shared/redis.ts';
import { believing, replies } from './replies.ts';

type ScriptName = keyof typeof replies;

function readScript(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}

/** The Lua scripts of the dispatcher, each callable once. What they take and reply stands at the top of each file. */
export type Scripts = Readonly<Record<ScriptName, RunScript>>;

export function loadScripts(redis: Redis, read: (name: string) => string = readScript): Scripts {
  const load = (name: ScriptName, ...before: string[]) =>
    believing(loadScript(redis, `egw_${name}`, ['record', ...before, name].map(read).join('\n')), replies[name]);
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
