import { isUuid } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { type FrozenSegment, ProfilesService, type RuleFault } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { CampaignSegment } from '../domain/campaign-segment';
import type { CampaignProblem } from './campaign-problem';

/** A segment as its author gives it: the id of a saved one, or rules as JSON. */
export interface GivenSegment {
  segmentId?: string | null;
  rules?: string | null;
}

/** What was read or frozen, or why it cannot be; null stands for a campaign without a segment. */
export interface SegmentOutcome<T> {
  segment: T | null;
  problems: CampaignProblem[];
}

/** The segment of a campaign: read when it is edited, checked at review, frozen at the launch. */
@Injectable()
export class CampaignSegments {
  constructor(private readonly profiles: ProfilesService) {}

  /** Reads what an author gave. */
  async read(tx: Tx, projectId: string, given: GivenSegment | null): Promise<SegmentOutcome<CampaignSegment>> {
    if (!given) return { segment: null, problems: [] };
    const { segmentId, rules: text } = given;
    if ((segmentId == null) === (text == null)) {
      const message = 'Give either segmentId, of a saved segment, or rules of the campaign alone';
      return { segment: null, problems: [{ code: 'INVALID_SEGMENT', path: ['segment'], message }] };
    }
    if (text != null) {
      const { rules, faults } = await this.profiles.readSegmentRules(tx, projectId, text);
      return { segment: rules && { rules }, problems: faults.map((fault) => problemOf(fault, ['segment', 'rules'])) };
    }
    const segment = { segmentId: segmentId ?? '' };
    const problems = await this.problems(tx, projectId, segment);
    return { segment: problems.length > 0 ? null : segment, problems };
  }

  /** What a launch freezes; what is broken by then forbids it. */
  async freeze(tx: Tx, projectId: string, segment: CampaignSegment | null): Promise<SegmentOutcome<FrozenSegment>> {
    if (!segment) return { segment: null, problems: [] };
    if ('segmentId' in segment && !isUuid(segment.segmentId)) {
      const message = 'This project has no such active segment';
      return { segment: null, problems: [{ code: 'INVALID_SEGMENT', path: ['segment', 'segmentId'], message }] };
    }
    const frozen = await this.profiles.freezeSegment(tx, projectId, segment);
    const field = 'segmentId' in segment ? 'segmentId' : 'rules';
    return { segment: frozen.segment, problems: frozen.faults.map((fault) => problemOf(fault, ['segment', field])) };
  }

  /** What forbids a launch as of now, such as an attribute that is gone. */
  async problems(tx: Tx, projectId: string, segment: CampaignSegment | null): Promise<CampaignProblem[]> {
    return (await this.freeze(tx, projectId, segment)).problems;
  }
}

function problemOf({ path, message }: RuleFault, field: string[]): CampaignProblem {
  const words = path === '' ? message : `${path} ${message}`;
  return { code: 'INVALID_SEGMENT', path: path === '' ? field : [...field, path], message: words };
}
