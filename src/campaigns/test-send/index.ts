import { ClaimTest } from './claim-test';
import { SendTest } from './send-test';
import { TestSendRepository } from './test-send.repository';

/** Test sends, on every host: the worker writes down their receipts. */
export const testSendProviders = [TestSendRepository, ClaimTest, SendTest];
