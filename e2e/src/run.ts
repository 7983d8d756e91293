// `make e2e`: proves each set-up in turn, prints the table of what was measured, and exits with the verdict.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBrowser } from './browser.ts';
import { forEachSetup } from './each-setup.ts';
import { root, runCommand } from './make.ts';
import { clearReport, readDrillTable, readVerdict, reportFolder, writeTruthTable } from './report.ts';

const playwright = path.join(root, 'node_modules/playwright/cli.js');

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(): Promise<boolean> {
  ensureBrowser();
  clearReport();
  const verdict = { passed: 0, failed: 0 };

  async function runTests(name: string, env: Record<string, string>): Promise<boolean> {
    const { code } = await runCommand(process.execPath, [playwright, 'test', '--config', 'e2e'], env);
    const { passed, failed } = readVerdict(name);
    verdict.passed += passed;
    // A runner that ended badly without a test that failed is a failure all the same.
    verdict.failed += code === 0 ? failed : Math.max(failed, 1);
    return code === 0;
  }

  await forEachSetup(
    async ({ setup: { name }, env }) => {
      if (!(await runTests(name, env))) {
        const { output } = await runCommand('make', ['logs'], env, false);
        writeFileSync(path.join(reportFolder, `${name}-services.log`), output);
      }
    },
    ({ name }, error) => {
      verdict.failed++;
      writeFileSync(path.join(reportFolder, `${name}-start.log`), error.output);
    },
  );
  await runTests('refusals', { SETUP: 'refusals' });

  console.log(`\n${writeTruthTable()}\n\n${readDrillTable()}`);
  if (verdict.failed > 0) console.log(`what failed left logs, screenshots and traces in ${reportFolder}`);
  console.log(`e2e: ${verdict.passed} passed, ${verdict.failed} failed`);
  return verdict.failed === 0;
}
