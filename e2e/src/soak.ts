// `make soak`: a million requests, N where set, to each set-up that counts exactly.
import path from 'node:path';
import { forEachSetup } from './each-setup.ts';
import { root, runCommand } from './make.ts';
import { clearReport, readDrillTable } from './report.ts';
import { setups } from './setups.ts';

const { N = '' } = process.env;

try {
  if (!/^\d*$/.test(N)) throw new Error(`N is ${JSON.stringify(N)}; allowed: a whole number`);
  clearReport();
  await forEachSetup(
    async ({ env }) => {
      const playwright = path.join(root, 'node_modules/playwright/cli.js');
      const args = [playwright, 'test', '--config', 'e2e', '8-soak'];
      const { code } = await runCommand(process.execPath, args, { ...env, SOAK_REQUESTS: N || '1000000' });
      if (code !== 0) process.exitCode = 1;
    },
    (_setup, error) => {
      throw error;
    },
    setups.filter(({ exact }) => exact),
  );
  console.log(`\n${readDrillTable()}`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
