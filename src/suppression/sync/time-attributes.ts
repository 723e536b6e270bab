import { TimedAttributes } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';

/** Of suppression attributes it is kept when somebody said what profiles have, so that older data do not take its place. */
@Injectable()
export class TimeAttributes implements OnModuleInit {
  constructor(
    private readonly timed: TimedAttributes,
    private readonly attributes: AttributeRepository,
  ) {}

  onModuleInit(): void {
    this.timed.register((tx, projectId) => this.attributes.names(tx, projectId));
  }
}
