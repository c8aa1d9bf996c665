import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { alerts } from '../../observability/alerts.ts';
import { dashboards, metricTables, ruleGroups } from '../../observability/all.ts';
import { draw } from '../../observability/draw.ts';
import { generated } from '../../observability/generated.ts';
import { asWritten, usualObjectives } from '../../observability/rule.ts';

const metrics = new Map(metricTables.flatMap((table) => table.metrics));
const rules = ruleGroups(asWritten).flatMap((group) => group.rules);
const queries = [
  ...rules.map(({ expr }) => expr),
  ...dashboards.flatMap(({ rows }) =>
    rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ expr }) => expr))),
  ),
];

describe('what the chart packs', () => {
  it.each([...generated()])('%s is what the tables say; npm run observability writes it', (file, text) => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('objectives', () => {
  it('are those that the chart asks for by itself', () => {
    const values = parse(readFileSync('charts/event-gateway/values.yaml', 'utf8')) as {
      metrics: { rules: { objectives: unknown } };
    };
    expect(values.metrics.rules.objectives).toEqual(usualObjectives);
  });
});

describe('alerts', () => {
  const names = [...new Set(alerts(asWritten).map(({ alert }) => alert))];

  it('and runbooks are the same', () => {
    const pages = globSync('docs/runbooks/EventGateway*.md').map((file) => basename(file, '.md'));
    expect(pages.toSorted()).toEqual(names.toSorted());
  });

  it.each(names)('%s has a runbook that says what it means, does and needs', (name) => {
    const file = `docs/runbooks/${name}.md`;
    expect(existsSync(file)).toBe(true);
    const page = readFileSync(file, 'utf8');
    expect(page.startsWith(`# ${name}\n`)).toBe(true);
    for (const part of ['Meaning', 'Impact', 'How to look', 'How to mend', 'When to escalate']) {
      expect(page).toContain(`\n## ${part}\n`);
    }
    expect(page).toMatch(/```promql\n/);
    const commands = [...page.matchAll(/(?:^|`)egw ([a-z]+(?: [a-z]+)?)/gm)].map(([, command = '']) => command);
    const known = /^(status( crm)?|dlq (list|show|redrive|drop)|limit open)$/;
    expect(commands.filter((command) => !known.test(command))).toEqual([]);
    expect(commands.length > 0 || page.includes('kubectl ') || page.includes('redis-cli ')).toBe(true);
  });

  it.each(names)('%s is told to people in sentences', (name) => {
    for (const { summary, description } of alerts(asWritten).filter(({ alert }) => alert === name)) {
      expect([summary, description].filter((text) => !/^[A-Z{].*[.]$/.test(text))).toEqual([]);
      expect(summary).not.toContain('{{');
    }
  });
});

describe('queries', () => {
  it('name metrics that there are', () => {
    const suffixed = /_(bucket|count|sum)$/;
    const recorded = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
    const named = queries.flatMap((expr) =>
      [...expr.matchAll(/[a-z_]*:?eventgw[_:][a-z0-9_:]+/g)].map(([name]) => name),
    );
    const unknown = named.filter((name) => {
      const base = metrics.has(name) ? name : name.replace(suffixed, '');
      return !metrics.has(base) && !recorded.has(name) && !name.startsWith('eventgw:objective_');
    });
    expect(unknown).toEqual([]);
  });

  it('ask for rates of counters and quantiles of histograms, and for gauges as they are', () => {
    const wrong = queries.filter((expr) =>
      [...expr.matchAll(/(\w+\()?\(?(eventgw_\w+_total)/g)].some(
        ([, asked]) => asked !== 'rate(' && asked !== 'increase(',
      ),
    );
    expect(wrong).toEqual([]);
  });
});

describe('dashboards', () => {
  const panels = dashboards.flatMap(({ id, rows }) =>
    rows.flatMap((row) => row.panels.map((panel) => ({ id, panel }))),
  );

  it('have titles of their own, and say what each panel shows', () => {
    for (const { id } of dashboards) {
      const titles = panels.filter((each) => each.id === id).map(({ panel }) => `${panel.kind} ${panel.title}`);
      expect(new Set(titles).size).toBe(titles.length);
    }
    expect(panels.filter(({ panel }) => !panel.description.endsWith('.'))).toEqual([]);
  });

  it('say in which unit each panel counts', () => {
    const drawn = dashboards.flatMap((dashboard) => draw(dashboard).panels ?? []);
    const units = drawn.flatMap((panel) => ('fieldConfig' in panel ? [panel.fieldConfig.defaults.unit] : []));
    expect(units).toHaveLength(panels.length);
    expect(units.filter((unit) => unit === undefined || unit === '')).toEqual([]);
  });

  it('and rules use every metric that there is', () => {
    const shown = queries.join('\n');
    expect([...metrics.keys()].filter((name) => !shown.includes(name))).toEqual([]);
  });
});
