import type { Finding, FindingCode, FindingSeverity } from './finding';
import { isTemplate } from './text-template';

/** Collects what is wrong with fields. */
export class Findings {
  readonly all: Finding[] = [];

  add(path: string[], code: FindingCode, message: string, severity: FindingSeverity = 'ERROR'): void {
    this.all.push({ path, code, severity, message });
  }

  require(path: string[], text: string): void {
    if (text.trim() === '') this.add(path, 'REQUIRED', 'This must not be empty');
  }

  bound(path: string[], text: string | undefined, max: number): void {
    if (text && text.length > max) this.add(path, 'TOO_LONG', `At most ${max} characters; this has ${text.length}`);
  }

  match(path: string[], text: string | undefined, rule: { pattern: RegExp; message: string }): void {
    if (text && !isTemplate(text) && !rule.pattern.test(text)) this.add(path, 'INVALID', rule.message);
  }
}
