import { defineConfig } from 'playwright/test';
import { launchOptions } from './src/browser.ts';

/** What `up` refuses is tested without a stack that is up: the tests of SETUP=refusals start, and fail, on their own. */
const refusals = process.env.SETUP === 'refusals';

/** Black-box tests of a stack that is up: e2e/src/run.ts brings it up, sets SETUP, and takes it down. */
export default defineConfig({
  testDir: refusals ? 'tests/refusals' : 'tests',
  testIgnore: refusals ? [] : ['refusals/**'],
  outputDir: `report/${process.env.SETUP}`,
  // One stack, so one test at a time; and a test that fails once has failed.
  workers: 1,
  retries: 0,
  // Traffic, scrapes at 5 s, and a slow machine.
  timeout: 120_000,
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: `report/${process.env.SETUP}.json` }]],
  use: {
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    viewport: { width: 1280, height: 900 },
    launchOptions: launchOptions(),
  },
  projects: [{ name: process.env.SETUP ?? '' }],
});
