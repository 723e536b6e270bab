import { CategoryUseRepository } from '../persistence/limits/category-use.repository';
import { TriedMediaRepository } from '../persistence/limits/tried-media.repository';
import { ForgetUsesClock } from './forget-uses.clock';
import { KeepWithinLimits } from './keep-within-limits';
import { LimitSlice } from './limit-slice';
import { LimitsReader } from './limits-in-force';
import { ManageCategories } from './manage-categories';
import { ManageSendingRules } from './manage-sending-rules';

/** Engagement categories, quiet hours and the choice of media, on every host; they rest on what authoring provides. */
export const limitProviders = [
  CategoryUseRepository,
  TriedMediaRepository,
  KeepWithinLimits,
  LimitSlice,
  LimitsReader,
  ManageCategories,
  ManageSendingRules,
];

/** What the worker host adds. */
export const limitWorkerProviders = [ForgetUsesClock];
