/** A busy machine is no failure: only work that hangs is to be given up. Tests that need longer say so themselves. */
jest.setTimeout(180_000);
