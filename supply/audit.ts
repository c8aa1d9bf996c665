import { spawnSync } from 'node:child_process';
import { exceptions } from './exceptions.ts';
import { judgeAudit } from './judge-audit.ts';

/**
 * `npm run audit`: exit code 0 where no package of the lockfile has an advisory of high or above that is not borne, 1 where
 * one has, and 2 where nobody could say: that is not clean.
 */
const { stdout } = spawnSync('npm', ['audit', '--json'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  // npm is a script of the shell on Windows.
  shell: process.platform === 'win32',
});
const verdict = judgeAudit(stdout, exceptions, new Date().toISOString().slice(0, 10));
if (verdict.kind === 'not checked') {
  console.log(`NOT CHECKED: no package of package-lock.json was looked up for advisories. ${verdict.reason}.`);
  console.log('Run npm run audit where the registry answers audits before anything is released.');
  process.exitCode = 2;
} else {
  for (const line of verdict.told) console.log(line);
  if (verdict.kind === 'failed') {
    for (const line of verdict.faults) console.error(line);
    process.exitCode = 1;
  } else {
    console.log('No advisory of high or above that is not borne.');
  }
}
