import { styleText } from 'node:util';
import type { Report } from './report.ts';

/** What is to be seen at one moment. */
export interface Snapshot {
  readonly events: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  readonly queued: number;
  readonly callsInLastSecond: number;
  readonly limit: number;
  readonly worstSecond: number;
  /** Since the first event was accepted, in s. */
  readonly elapsedSeconds: number;
}

type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'cyan', text: string) => string;

export function createPaint(coloured: boolean): Paint {
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text);
}

/** The live view: a few lines, none wider than the terminal. */
export function render(snapshot: Snapshot, columns: number, paint: Paint): string[] {
  const { events, accepted, delivered, duplicates, deadLetters, queued, callsInLastSecond, limit, worstSecond } =
    snapshot;
  const settled = delivered + deadLetters;
  const remaining = Math.max(0, events - settled) / limit;
  const barWidth = Math.max(10, Math.min(columns - 30, 60));
  const filled = Math.round((barWidth * Math.min(settled, events)) / events);
  const bar = paint('green', '█'.repeat(filled)) + paint('dim', '░'.repeat(barWidth - filled));
  const share = `${Math.floor((100 * settled) / events)} %`.padStart(5);
  const left = settled >= events ? 'done' : `${formatSeconds(remaining)} left`;
  const calls = Math.min(callsInLastSecond, 40);
  const over = callsInLastSecond > limit || worstSecond > limit;
  const gauge = paint(over ? 'red' : 'cyan', '●'.repeat(calls)) + paint('dim', '○'.repeat(Math.max(0, limit - calls)));
  const row = (name: string, value: string) => `  ${paint('dim', name.padEnd(12))}${value}`;
  const oldest = settled >= accepted ? 0 : snapshot.elapsedSeconds;
  return [
    '',
    `  ${bar} ${share}  ${left}`,
    '',
    row('accepted', `${accepted} of ${events}`),
    row('queue', `${queued} waiting, the oldest for ${formatSeconds(oldest)}`),
    row(
      'delivered',
      `${paint('bold', String(delivered))}${paint('dim', `   twice ${duplicates}   dead letters ${deadLetters}`)}`,
    ),
    row(
      'last second',
      `${gauge} ${callsInLastSecond} of ${limit} calls${paint('dim', `   worst second so far ${worstSecond}`)}`,
    ),
    '',
  ];
}

/** The same in one line, for logs and pipes. */
export function renderLine({ events, accepted, delivered, deadLetters, queued, worstSecond, limit }: Snapshot): string {
  return `accepted ${accepted} of ${events}, queued ${queued}, delivered ${delivered}, dead letters ${deadLetters}, worst second ${worstSecond} of ${limit}`;
}

export function renderReport(report: Report, fault: string | undefined, paint: Paint): string {
  const { accepted, delivered, dead_lettered, lost, duplicates, worst_second, limit, utilisation } = report;
  const verdict = fault === undefined ? paint('green', '✔ nothing lost, the limit held') : paint('red', `✘ ${fault}`);
  const used = utilisation === null ? '' : `, ${(utilisation * 100).toFixed(1)} % of it used`;
  return [
    `  ${verdict}`,
    `    accepted ${accepted}, delivered ${delivered}, lost ${lost}, called twice ${duplicates}, dead letters ${dead_lettered}`,
    `    worst second ${worst_second} calls, the limit is ${limit}${used}`,
    `    acknowledged within ${report.ack_p50_ms} ms (half), ${report.ack_p99_ms} ms (99 %); ${report.seconds} s in all`,
    '',
  ].join('\n');
}

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
