import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

/** An alerting rule as Prometheus reads it. */
export interface AlertRule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; remedy: string };
}

const words = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** The rules that come with the product. */
export function alertRules(): AlertRule[] {
  const file = join(__dirname, '../../docs/alerts/prometheus-rules.yml');
  const { groups } = load(readFileSync(file, 'utf8')) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Names of the metrics that an expression asks for: what is no function, label, range or word of the language. */
export function metricsIn(expr: string): string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  const names = bare.match(/\b[a-z_:][a-z0-9_:]*\b(?!\s*\()/gi) ?? [];
  return names.filter((name) => !words.has(name));
}
