import { describe, expect, it } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { createMetrics, createRegistry, type MetricTable } from '../../apps/shared/metrics.ts';
import { createRandom } from '../support/random.ts';

const table = {
  eventgw_test_total: {
    type: 'counter',
    help: 'Tests',
    labels: { target: 'target', source: 'source', result: ['good', 'other'] },
  },
  eventgw_test_seconds: { type: 'histogram', help: 'Seconds', labels: { target: 'target' }, buckets: [1, 2] },
  eventgw_test_sparse_total: { type: 'counter', help: 'Seldom', labels: { result: ['good', 'other'] }, sparse: true },
  eventgw_test_now: { type: 'gauge', help: 'Now', labels: {} },
} as const satisfies MetricTable;

const names = { target: ['crm', 'billing'], source: ['/shop'] };
const samplesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('eventgw_'));

describe('metrics', () => {
  it('begin at 0 with every value of their labels that is known, but for sparse ones and gauges', async () => {
    const registry = createRegistry();
    createMetrics(registry, table, names);
    const samples = samplesOf(await registry.metrics());
    expect(samples.filter((line) => line.startsWith('eventgw_test_total'))).toHaveLength(2 * 2 * 2);
    expect(samples).toContain('eventgw_test_total{target="billing",source="other",result="good"} 0');
    expect(samples).toContain('eventgw_test_seconds_bucket{le="2",target="crm"} 0');
    expect(samples.filter((line) => line.startsWith('eventgw_test_sparse'))).toEqual([]);
  });

  it('count what nobody knows as other', async () => {
    const registry = createRegistry();
    const metrics = createMetrics(registry, table, names);
    for (let i = 0; i < 1_000; i++) {
      metrics.eventgw_test_total.inc({ target: `evil-${i}`, source: `http://evil/${i}`, result: `evil ${i}` });
    }
    const samples = samplesOf(await registry.metrics());
    expect(samples).toContain('eventgw_test_total{target="other",source="other",result="other"} 1000');
    expect(samples.join()).not.toContain('evil');
  });

  it('are asked for at each scrape where they are read', async () => {
    const registry = createRegistry();
    const metrics = createMetrics(registry, table, names);
    let now = 1;
    metrics.eventgw_test_now.read({}, () => now);
    expect(await registry.metrics()).toContain('eventgw_test_now 1');
    now = 2;
    expect(await registry.metrics()).toContain('eventgw_test_now 2');
  });

  it('tell of a histogram what the library itself would, and of a counter all that was counted', async () => {
    const random = createRandom(5);
    const registry = createRegistry();
    const metrics = createMetrics(registry, table, names);
    const own = new Registry();
    const options = { help: 'Seconds', labelNames: ['target'], buckets: [1, 2], registers: [own] };
    const library = new Histogram({ name: 'eventgw_test_seconds', ...options });
    for (const target of ['crm', 'billing']) library.zero({ target });
    const counted = { target: 'crm', source: '/shop', result: 'good' };
    for (let i = 1; i <= 1_000; i++) {
      const target = random() < 0.5 ? 'crm' : 'billing';
      // On a bound, too, and at either side of it.
      const value = random() < 0.2 ? Math.ceil(random() * 3) : random() * 3;
      metrics.eventgw_test_seconds.observe({ target }, value);
      library.observe({ target }, value);
      metrics.eventgw_test_total.inc(counted, i % 3);
      if (i % 400 === 0) await registry.metrics();
    }
    const told = samplesOf(await registry.metrics());
    const secondsOf = (samples: readonly string[]) => samples.filter((line) => line.includes('_seconds_')).sort();
    expect(secondsOf(told)).toEqual(secondsOf(samplesOf(await own.metrics())));
    expect(told).toContain('eventgw_test_total{target="crm",source="/shop",result="good"} 1000');
    expect(() => metrics.eventgw_test_seconds.observe({ target: 'crm' }, Number.NaN)).toThrow('NaN');
  });

  it('name the trace of what they measured, where traces are kept', async () => {
    const registry = createRegistry({ exemplars: true });
    const metrics = createMetrics(registry, table, names);
    metrics.eventgw_test_seconds.observe({ target: 'crm' }, 1.5, '4bf92f3577b34da6a3ce929d0e0e4736');
    metrics.eventgw_test_seconds.observe({ target: 'billing' }, 1.5);
    const text = await registry.metrics();
    expect(registry.contentType).toContain('openmetrics');
    expect(text).toMatch(/_bucket\{le="2",target="crm"\} 1 # \{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"\} 1.5/);
    expect(text).toMatch(/_bucket\{le="2",target="billing"\} 1\n/);
    expect(text.trimEnd().endsWith('# EOF')).toBe(true);
  });
});
