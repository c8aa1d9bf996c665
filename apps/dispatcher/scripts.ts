import { readFileSync } from 'node:fs';
import { loadScript, type Redis, type RunScript } from '../shared/redis.ts';

type ScriptName = 'claim' | 'renew' | 'permit' | 'complete' | 'release' | 'bury' | 'pause';

/** The Lua scripts of the dispatcher, each callable once. What they take and reply stands at the top of each file. */
export type Scripts = Readonly<Record<ScriptName, RunScript>>;

export function loadScripts(redis: Redis): Scripts {
  const read = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
  const record = read('record');
  const load = (name: ScriptName) => loadScript(redis, `egw_${name}`, `${record}\n${read(name)}`);
  return {
    claim: load('claim'),
    renew: load('renew'),
    permit: load('permit'),
    complete: load('complete'),
    release: load('release'),
    bury: load('bury'),
    pause: load('pause'),
  };
}
