import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AttributeTarget, AttributeType } from '../domain/attribute';
import { readAttribute } from '../domain/attributes/typed-value';

/** What defining an attribute would mean for the values that are stored under its name. */
export interface ConversionPreview {
  /** Profiles, or devices, with a value under the name that were looked at. */
  examined: number;
  /** Those whose value does not fit the type at all. */
  misfits: number;
  /** Those whose value fits but is stored in another form, so that rules do not find it until it is sent again. */
  otherForm: number;
  /** Why values do not fit, each once; at most 20. */
  samples: string[];
  /** Whether all were looked at; false when that would have taken too long. */
  isComplete: boolean;
}

const pageSize = 5_000;
const mostSamples = 20;
const timeLimitMs = 10_000;

/** Reads stored values as a type would have them. Page by page: memory does not grow with the audience. */
@Injectable()
export class PreviewConversion {
  constructor(private readonly transactions: Transactions) {}

  async run(
    projectId: string,
    wanted: { name: string; type: AttributeType; target: AttributeTarget },
  ): Promise<ConversionPreview> {
    const until = performance.now() + timeLimitMs;
    const counted = { examined: 0, misfits: 0, otherForm: 0, samples: new Set<string>() };
    let after: string | null = null;
    do {
      const page: { id: string; value: unknown }[] = await this.page(projectId, wanted, after);
      for (const { value } of page) look(counted, wanted.type, value);
      after = page.length < pageSize ? null : (page.at(-1)?.id ?? null);
    } while (after !== null && performance.now() < until);
    return { ...counted, samples: [...counted.samples], isComplete: after === null };
  }

  private page(
    projectId: string,
    { name, target }: { name: string; target: AttributeTarget },
    after: string | null,
  ): Promise<{ id: string; value: unknown }[]> {
    return query(
      this.transactions.pool,
      `SELECT id, attributes -> $2::text AS value FROM ${target === 'DEVICE' ? 'device' : 'profile'}
       WHERE project_id = $1 AND ($3::uuid IS NULL OR id > $3) AND attributes ? $2::text ORDER BY id LIMIT ${pageSize}`,
      [projectId, name, after],
    );
  }
}

function look(
  counted: { examined: number; misfits: number; otherForm: number; samples: Set<string> },
  type: AttributeType,
  value: unknown,
): void {
  counted.examined += 1;
  const read = readAttribute(type, value);
  if ('reason' in read) {
    counted.misfits += 1;
    if (counted.samples.size < mostSamples) counted.samples.add(read.reason);
  } else if (JSON.stringify(read.value) !== JSON.stringify(value)) counted.otherForm += 1;
}
