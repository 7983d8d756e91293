import { test } from 'playwright/test';
import type { Setup } from '../src/setups.ts';

/** The row of the table that this run tests. */
export function currentSetup(): Setup {
  return test.info().project.metadata as Setup;
}
