import { budgetAlerts } from './alerts/budgets.ts';
import { eventAlerts } from './alerts/events.ts';
import { partAlerts } from './alerts/parts.ts';
import { targetAlerts } from './alerts/targets.ts';
import type { Alert, Span } from './rule.ts';

/** All of them; each has a page in docs/runbooks. `span` shortens time for runs that cannot wait. */
export function alerts(span: Span): readonly Alert[] {
  return [...eventAlerts(span), ...targetAlerts(span), ...partAlerts(span), ...budgetAlerts(span)];
}
