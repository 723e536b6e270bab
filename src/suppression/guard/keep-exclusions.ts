import type { Tx } from '@libs/platform';
import { Merges, type ProfileMerge, ProfilesService } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MergeRepository } from '../persistence/merge.repository';
import { OwnExclusionRepository } from '../persistence/own-exclusion.repository';

/**
 * When the anonymous profile of a device turns out to be somebody: a value that excludes goes over to that person, so that
 * of both the strictest counts and of two as strict the later one, and what was decided about the anonymous profile is found
 * under that person.
 */
@Injectable()
export class KeepExclusions implements OnModuleInit {
  constructor(
    private readonly merges: Merges,
    private readonly profiles: ProfilesService,
    private readonly repository: MergeRepository,
    private readonly own: OwnExclusionRepository,
  ) {}

  onModuleInit(): void {
    this.merges.register((tx, projectId, merges) => this.run(tx, projectId, merges));
  }

  private async run(tx: Tx, projectId: string, merges: ProfileMerge[]): Promise<void> {
    await this.repository.add(tx, projectId, merges);
    const names = await this.own.ruleAttributes(tx, projectId);
    if (names.length === 0) return;
    const profileIds = merges.flatMap(({ from, into }) => [from, into]);
    const values = await this.profiles.attributeValues(tx, projectId, { profileIds, names });
    if (!merges.some(({ from }) => values.has(from))) return;
    const excluding = await this.own.excluding(tx, projectId, values);
    const times = await this.profiles.attributeTimes(tx, projectId, profileIds);
    const saidAt = (id: string, name: string): number => Date.parse(times.get(id)?.[name] ?? '') || 0;
    const kept = new Map<string, number>();
    for (const { from, into } of merges) {
      const carried = Object.keys(values.get(from) ?? {}).filter((name) => {
        const key = `${into} ${name}`;
        const before = kept.get(key) ?? (excluding.has(key) ? saidAt(into, name) : Number.NEGATIVE_INFINITY);
        return excluding.has(`${from} ${name}`) && saidAt(from, name) > before;
      });
      for (const name of carried) kept.set(`${into} ${name}`, saidAt(from, name));
      if (carried.length > 0) await this.profiles.carryAttributes(tx, projectId, { from, into, names: carried });
    }
  }
}
