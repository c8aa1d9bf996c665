import { describe, expect, it } from '@jest/globals';
import { renderPage } from './page.ts';
import { ours } from '../proof.ts';
import type { DeliveryReport, RowRun } from './report.ts';
import { rows } from './rows/all.ts';
import { removals } from './guards.ts';
import { tableLines } from './table.ts';

const run = (more: Partial<RowRun> = {}): RowRun => ({
  number: 2,
  row: 'dispatcher-killed',
  fault: 'SIGKILL of a <dispatcher>',
  system: ours,
  seed: 1,
  injections: 50,
  sent: 20_000,
  accepted: 20_000,
  unknown: 0,
  recovered: 0,
  delivered: 20_000,
  dead: 0,
  deadByClass: {},
  left: 0,
  lost: 0,
  unexpected: 0,
  duplicated: 0,
  deliveredAndDead: 0,
  calls: 20_010,
  callsTwice: 10,
  mostReceives: 3,
  seconds: 70,
  verdict: 'held',
  bounds: [],
  steps: [],
  ...more,
});

const report = (more: Partial<DeliveryReport> = {}): DeliveryReport => ({
  version: '1.2.3',
  startedAt: '2026-01-01T00:00:00.000Z',
  machine: { cores: 2, node: '26.0.0', redis: '7.0.0' },
  seconds: 60,
  runs: [run(), run({ system: 'BullMQ', duplicated: 7, verdict: 'peer' })],
  guards: [{ guard: 'owner-check', noticedBy: 'dispatcher-frozen', red: true, figure: 'effects twice: 3' }],
  passed: true,
  ...more,
});

describe('the page of the delivery', () => {
  it('says what was measured, ours and theirs, and escapes what it is told', () => {
    const page = renderPage(report());
    expect(page).toContain('Nothing was lost and nothing doubled: 20000 events, 50 faults, 1 row.');
    expect(page).toContain('SIGKILL of a &lt;dispatcher&gt;');
    expect(page).toMatch(/<td class="n alarm" data-name="doubled">7<\/td>/);
    expect(page).toContain('✓ red, as it must');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it('says first what did not hold', () => {
    const bounds = [{ name: 'lost', figure: 3, bound: '≤ 0', ok: false }];
    const page = renderPage(report({ runs: [run({ lost: 3, verdict: 'broken', bounds })], passed: false }));
    expect(page).toContain('Failed: 1 row of 1 did not hold.');
    expect(page).toContain('<li>dispatcher-killed: lost: 3, asked: ≤ 0</li>');
  });

  it('says that a guard could be removed unnoticed', () => {
    const guards = [{ guard: 'owner-check', noticedBy: 'dispatcher-frozen', red: false, figure: 'nothing was broken' }];
    expect(renderPage(report({ guards, passed: false }))).toContain('Failed: 1 guard could be removed unnoticed.');
  });
});

describe('the table', () => {
  it('has a line a run, and one for each bound that it broke', () => {
    const bounds = [{ name: 'lost', figure: 3, bound: '≤ 0', ok: false }];
    const [line, broken] = tableLines(run({ bounds, verdict: 'broken' }));
    expect(line).toMatch(/^2 dispatcher-killed +Event Gateway +50 +20000 +20000 +0 +0 +0 +10 +70 broken$/);
    expect(broken).toBe('  lost: 3, asked: ≤ 0');
  });
});

describe('the matrix', () => {
  it('numbers and names each row once, and has a row for each guard', () => {
    expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    const names = rows.map(({ name }) => name);
    expect(removals.filter(({ noticedBy }) => !names.includes(noticedBy))).toEqual([]);
  });

  it('sees each fault fifty times in twenty thousand events, unless it lasts for hours', () => {
    const smaller = rows.filter(({ whole }) => whole.events < 20_000 || whole.injections < 50);
    expect(smaller.map(({ name }) => name)).toEqual(['outage', 'long-wait']);
  });
});
