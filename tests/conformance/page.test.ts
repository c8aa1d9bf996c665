import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge } from './judge.ts';
import { renderPage } from './page.ts';
import type { LimitReport, Run, Window } from './report.ts';
import { peaks } from './timeline.ts';

const fivePerSecond: Window = { calls: 5, perMs: 1_000 };

/** `calls` arrivals, `everyMs` apart. */
const paced = (calls: number, everyMs: number) => Array.from({ length: calls }, (_, n) => n * everyMs);

function runOf(changed: Partial<Run> = {}): Run {
  const arrivalsMs = changed.arrivalsMs ?? paced(51, 204);
  const windows = changed.windows ?? [fivePerSecond];
  return {
    scenario: 'steady at 5/s',
    system: 'Event Gateway',
    windows,
    arrivalsMs,
    ...judge(arrivalsMs, windows),
    roundTripsPerCall: 0.153,
    marks: [],
    clock: 'kernel',
    verdict: 'held',
    bounds: [{ name: 'worst window ÷ limit', figure: 1, bound: '≤ 1.00', ok: true }],
    tries: 1,
    ...changed,
  };
}

function reportOf(runs: readonly Run[], changed: Partial<LimitReport> = {}): LimitReport {
  const machine = { cores: 2, node: '26.10.0', redis: '7.0.15' };
  const started = { version: '0.1.0', startedAt: '2026-01-02T03:04:05.000Z', machine, seconds: 181.5 };
  return { ...started, runs, guards: [], passed: true, ...changed };
}

/** What a reader is shown, without tags. */
const shown = (page: string) =>
  page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

const headlineOf = (page: string) => /<h1>(.*)<\/h1>/.exec(page)?.[1];

const exceeded = runOf({
  scenario: 'Redis restarted empty',
  arrivalsMs: [...paced(5, 200), ...[860, 870, 880], ...paced(5, 200).map((ms) => ms + 3_000)],
  marks: [{ atMs: 850, text: 'Redis restarted' }],
  verdict: 'broken',
  bounds: [{ name: 'worst window ÷ limit', figure: 1.6, bound: '≤ 1.00', ok: false }],
});

describe('the page', () => {
  it('shows every figure of every run', () => {
    const peer = runOf({
      system: 'RateLimiterRedis',
      arrivalsMs: [...paced(5, 1), ...paced(5, 1).map((ms) => ms + 95), 2_000],
      verdict: 'peer',
      roundTripsPerCall: null,
      bounds: [],
    });
    const twoWindows = runOf({
      scenario: 'two windows at once',
      windows: [fivePerSecond, { calls: 4_000, perMs: 3_600_000 }],
      roundTripsPerCall: 0.1994,
      marks: [
        { atMs: 2_500, text: 'pod killed' },
        { atMs: 7_125, text: 'pod killed' },
      ],
      clock: 'target',
      tries: 2,
      bounds: [{ name: 'calls after the first 429', figure: 31, bound: '≤ 40', ok: true }],
    });
    const text = shown(renderPage(reportOf([peer, runOf(), twoWindows])));
    expect(text).toContain('Event Gateway 0.1.0 · 2 cores · Node 26.10.0 · Redis 7.0.15');
    expect(text).toContain('2026-01-02T03:04:05.000Z , took 181.5 s');
    expect(text).toContain('steady at 5/s Event Gateway 5 in 1 s 5 in 1 s from 0.000 s 1.00 0.980 0.153 ✓ held');
    expect(text).toContain('RateLimiterRedis 5 in 1 s 10 in 1 s from 0.000 s 2.00 1.000 – peer, over the limit');
    expect(text).toContain('two windows at once Event Gateway 5 in 1 s, 4000 in 1 h');
    expect(text).toContain('calls in the last 1 s');
    expect(text).toContain('calls in the last 1 h');
    expect(text).toContain('51 calls by the target’s own clock, in try 2');
    expect(text).toContain('calls after the first 429 31 ≤ 40 ✓ met');
    expect(text).toContain('pod killed: 2.500 s, 7.125 s');
    expect(text.indexOf('5/s Event Gateway')).toBeLessThan(text.indexOf('RateLimiterRedis'));
  });

  it('says in its headline that the limit held, or how it failed', () => {
    const unjudged = runOf({ verdict: 'unjudged' });
    const slow = runOf({ bounds: [{ name: 'utilisation', figure: 0.91, bound: '≥ 0.97', ok: false }] });
    const idle = { guard: 'margin', noticedBy: 'stall', red: false, figure: '1.00' };
    const failed = (runs: readonly Run[], guards: LimitReport['guards'] = []) =>
      headlineOf(renderPage(reportOf(runs, { guards, passed: false })));
    expect(headlineOf(renderPage(reportOf([runOf(), runOf({ verdict: 'peer', ratio: 2 })])))).toBe(
      'The limit held: no window in 1 scenario saw more calls than allowed.',
    );
    expect(failed([runOf(), exceeded])).toBe('Failed: the limit was exceeded in 1 of 2 runs.');
    expect(failed([unjudged, slow], [idle])).toBe(
      'Failed: no window was seen to be exceeded, but 1 run could not be judged and 1 bound was not met and ' +
        '1 guard could be removed unnoticed.',
    );
    expect(failed([])).toBe('Failed: the limit was not shown to hold.');
  });

  it('lists first what failed, and shows the excess', () => {
    const page = renderPage(
      reportOf([runOf(), exceeded, runOf({ scenario: 'dark', verdict: 'unjudged' })], { passed: false }),
    );
    const text = shown(page);
    expect(text).toContain('✗ Failed');
    expect(text).toContain('Redis restarted empty : worst window ÷ limit 1.6, bound ≤ 1.00');
    expect(text).toContain('dark : ? unjudged');
    expect(text).toContain('worst window: 8 of 5 in 1 s, from 0.000 s');
    expect(page.match(/<path class="over"/g)).toHaveLength(1);
    expect(page).not.toContain('✓ Passed');
  });

  it('never rounds an excess away', () => {
    const arrivalsMs = paced(501, 1);
    const page = renderPage(
      reportOf([runOf({ arrivalsMs, windows: [{ calls: 500, perMs: 1_000 }], verdict: 'peer' })]),
    );
    expect(shown(page)).toContain('501 in 1 s from 0.000 s 1.002');
  });

  it('tells which guard turns which scenario red', () => {
    const guards = [
      { guard: 'margin', noticedBy: 'a stall of 120 ms', red: true, figure: '53 of 50' },
      { guard: 'lease expiry', noticedBy: 'a pod killed', red: false, figure: '8 of 8' },
    ];
    const text = shown(renderPage(reportOf([runOf()], { guards, passed: false })));
    expect(text).toContain('margin a stall of 120 ms 53 of 50 ✓ red, as it must');
    expect(text).toContain('lease expiry a pod killed 8 of 8 ✗ not noticed');
    expect(text).toContain('lease expiry: no scenario noticed its removal');
  });

  it('escapes whatever it is given', () => {
    const tagsOf = (text: string) => {
      const bound = { name: text, figure: 1, bound: text, ok: false };
      const run = runOf({ scenario: text, system: text, marks: [{ atMs: 0, text }], bounds: [bound] });
      const machine = { cores: 1, node: text, redis: text };
      const guards = [{ guard: text, noticedBy: text, red: false, figure: text }];
      const page = renderPage(reportOf([run], { version: text, startedAt: text, machine, guards, passed: false }));
      return { page, tags: page.match(/[<>"']/g)?.join('') };
    };
    const harmless = tagsOf('harmless').tags;
    const { page, tags } = tagsOf(`"><img src=x onerror='alert(1)'>&amp;`);
    expect(page).toContain('&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;');
    expect(tags).toBe(harmless);
    const hostile = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '!', '-', '$', '`', '{', 'a') });
    fc.assert(fc.property(hostile, (text) => expect(tagsOf(text).tags).toBe(harmless)));
  });

  it('loads nothing and runs nothing', () => {
    const page = renderPage(reportOf([runOf(), exceeded], { passed: false }));
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(
      /\b(src|srcset|action|data|poster|background|on\w+)=|@import|url\(|<script|<link|https?:/i,
    );
    expect(page.match(/href="[^#]/g)).toBeNull();
  });

  it('describes each drawing in words and leads to it', () => {
    const page = renderPage(reportOf([runOf(), exceeded], { passed: false }));
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const named = [...page.matchAll(/(?:href="#|aria-labelledby=")([^"]*)"/g)].flatMap(([, names]) =>
      names?.split(' '),
    );
    expect(named).toContain('run-2-desc');
    expect(named.filter((name) => !ids.includes(name))).toEqual([]);
    expect(page).toContain(
      '<desc id="run-2-desc">At most 8 calls in 1 s, from 0.000 s on: 1.60 times the limit of 5. ' +
        '13 calls over 3.800 s; 1 mark.</desc>',
    );
    expect(page.match(/<table/g)?.length).toBe(page.match(/<caption>/g)?.length);
  });

  it('draws runs of no call, of one, and of calls that come at once', () => {
    for (const arrivalsMs of [[], [0], [0, 0, 0]]) {
      const page = renderPage(reportOf([runOf({ arrivalsMs, marks: [{ atMs: -2_000, text: 'before' }] })]));
      expect(page).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('stays small with forty runs of thirty thousand calls', () => {
    const windows = [
      { calls: 500, perMs: 1_000 },
      { calls: 9_000, perMs: 60_000 },
    ];
    // As uneven as can be, so that no two columns look the same.
    const arrivalsMs = paced(30_000, 2)
      .map((ms, n) => ms + 400 * Math.sin(n / 7))
      .sort((a, b) => a - b);
    const firstMs = arrivalsMs[0] ?? 0;
    const marks = Array.from({ length: 200 }, (_, n) => ({ atMs: n * 300, text: `pod ${n} stalled` }));
    const run = runOf({ arrivalsMs: arrivalsMs.map((ms) => ms - firstMs), windows, marks, verdict: 'peer' });
    const page = renderPage(reportOf(Array.from({ length: 40 }, (_, n) => ({ ...run, scenario: `scenario ${n}` }))));
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
    expect(shown(page)).toContain('30000 calls');
    expect(shown(page)).toContain('pod 199 stalled: 59.700 s');
  });
});

describe('the thinned timeline', () => {
  it('keeps the peak of every column', () => {
    const arrivalsMs = [0, 10, 20, 1_000, 1_001, 1_002, 1_500, 4_000];
    // A call is in the window until exactly a second later: at 2000 the one of 1000 has left.
    expect(peaks(arrivalsMs, 1_000, [0, 1_000, 2_000, 3_000, 4_000])).toEqual([3, 5, 3, 0, 1]);
  });

  it('peaks where the judge finds its worst window, however few the columns', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 40 }), (gapsMs, perMs, columns) => {
        let ms = 0;
        const arrivalsMs = gapsMs.map((gapMs, n) => (ms += n === 0 ? 0 : gapMs));
        const columnsMs = Array.from({ length: columns }, (_, column) => (column * ms) / columns);
        const { worst } = judge(arrivalsMs, [{ calls: 1, perMs }]);
        expect(Math.max(...peaks(arrivalsMs, perMs, columnsMs))).toBe(worst.calls);
      }),
    );
  });
});
