// `make screenshots`: the article's two graphs, as they look in the browser after the same traffic.
import path from 'node:path';
import { ensureBrowser } from './browser.ts';
import { forEachSetup } from './each-setup.ts';
import { root, runCommand } from './make.ts';

try {
  ensureBrowser();
  await forEachSetup(
    async ({ setup: { name }, env }) => {
      const file = path.join(root, 'docs', `${name}.png`);
      const { code } = await runCommand(
        process.execPath,
        ['--import', 'tsx', 'e2e/src/screenshot.ts', file],
        env,
      );
      if (code !== 0) throw new Error(`no screenshot of the set-up ${name}`);
    },
    (_setup, error) => {
      throw error;
    },
  );
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
