import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { objectivesGroup, ruleGroups, toRulesFile } from '../../observability/all.ts';
import { asWritten, usualObjectives } from '../../observability/rule.ts';
import type { AlertCase, Series } from './alert-cases.ts';

export interface Said {
  readonly ok: boolean;
  readonly text: string;
}

export async function promtool(args: readonly string[], input = ''): Promise<Said> {
  const child = spawn('promtool', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { ok: code === 0, text };
}

export async function readPrometheusVersion(): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('prometheus', ['--version']);
  return /version (\S+)/.exec(stdout + stderr)?.[1] ?? 'unknown';
}

const groups = [objectivesGroup(usualObjectives), ...ruleGroups(asWritten)];

/** The rules as the chart installs them with its usual values. */
function rulesText(): string {
  return stringify(toRulesFile(groups), { lineWidth: 0 });
}

const selector = ({ alert, labels = {} }: AlertCase) =>
  `{${Object.entries({ alertname: alert, ...labels })
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;

/** One test of promtool: whether the alert is there, pending or firing. */
function testOf(alertCase: AlertCase, series: Series, fires: boolean): object {
  const firing = selector(alertCase).replace('}', ',alertstate="firing"}');
  const eval_time = `${alertCase.afterMinutes}m`;
  return {
    name: `${alertCase.alert} ${fires ? 'fires' : 'is silent'}`,
    interval: `${alertCase.everyMinutes ?? 1}m`,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      fires
        ? { expr: `count(ALERTS${firing}) > 0`, eval_time, exp_samples: [{ labels: '{}', value: 1 }] }
        : { expr: `count(ALERTS${selector(alertCase)})`, eval_time, exp_samples: [] },
    ],
  };
}

/** What promtool says of the rules themselves. */
export async function checkRules(): Promise<Said> {
  const folder = await mkdtemp(join(tmpdir(), 'egw-promtool-'));
  try {
    await writeFile(join(folder, 'rules.yaml'), rulesText());
    return await promtool(['check', 'rules', join(folder, 'rules.yaml')]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Lets promtool judge each case by itself, so that each failure has a name. */
export async function testAlerts(
  cases: readonly AlertCase[],
): Promise<readonly { alertCase: AlertCase; said: Said }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'egw-promtool-'));
  try {
    await writeFile(join(folder, 'rules.yaml'), rulesText());
    const results = [];
    for (const [at, alertCase] of cases.entries()) {
      const file = join(folder, `${at}.yaml`);
      const tests = [testOf(alertCase, alertCase.fires, true), testOf(alertCase, alertCase.silent, false)];
      const evaluation_interval = `${alertCase.everyMinutes ?? 1}m`;
      // Else an alert may look at what was recorded a step before.
      const group_eval_order = groups.map(({ name }) => name);
      const text = stringify({ rule_files: ['rules.yaml'], evaluation_interval, group_eval_order, tests });
      await writeFile(file, text);
      results.push({ alertCase, said: await promtool(['test', 'rules', file]) });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}
