import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AttributeTarget, AttributeType } from '../domain/attribute';
import { readAttribute } from '../domain/attributes/typed-value';
import { AttributeWorkRepository, type StoredValue } from '../persistence/attribute-work.repository';

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
  constructor(
    private readonly transactions: Transactions,
    private readonly works: AttributeWorkRepository,
  ) {}

  async run(
    projectId: string,
    wanted: { name: string; type: AttributeType; target: AttributeTarget },
  ): Promise<ConversionPreview> {
    const until = performance.now() + timeLimitMs;
    const counted = { examined: 0, misfits: 0, otherForm: 0, samples: new Set<string>() };
    let after: string | null = null;
    do {
      const page: StoredValue[] = await this.works.values(
        this.transactions.pool,
        { projectId, ...wanted },
        { after, limit: pageSize },
      );
      for (const { value } of page) look(counted, wanted.type, value);
      after = page.length < pageSize ? null : (page.at(-1)?.id ?? null);
    } while (after !== null && performance.now() < until);
    return { ...counted, samples: [...counted.samples], isComplete: after === null };
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
