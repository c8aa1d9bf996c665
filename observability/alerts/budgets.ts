import { burns, ratioName, serviceLevels } from '../objectives.ts';
import type { Alert, Span } from '../rule.ts';
import { byTarget } from './queries.ts';

/** Objectives that are being missed, by how fast. */
export function budgetAlerts(span: Span): readonly Alert[] {
  const names = { acceptance: 'Acceptance', freshness: 'Freshness', delivery: 'Delivery' } as const;
  return serviceLevels.flatMap((level) =>
    burns.map(({ severity, factor, long, short, for: forText }): Alert => {
      const above = (window: string) =>
        `${ratioName(level, window)} > ${Number((factor * level.budget).toPrecision(6))}`;
      const on = level.by === 'namespace' ? 'on (namespace)' : byTarget;
      return {
        alert: `EventGateway${names[level.name]}BudgetBurn`,
        severity,
        expr: `(${above(long)}) and ${on} (${above(short)}) and ${on} (${level.least(span(long))})`,
        for: span(forText),
        summary: `The objective of ${level.name} is being missed: ${level.says}.`,
        description: `{{ $value | humanizePercentage }} went wrong in the last ${long}: at this pace the month's budget is gone in ${daysOf(factor)}.`,
        dashboard: level.name === 'acceptance' ? 'ingest' : 'overview',
        labels: { long, short },
      };
    }),
  );
}

function daysOf(factor: number): string {
  const days = 30 / factor;
  return days < 3 ? `${Math.round(days * 24)} hours` : `${Math.round(days)} days`;
}
