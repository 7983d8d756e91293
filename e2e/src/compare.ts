// `make compare`: the same traffic in each set-up, and one table.
import { forEachSetup } from './each-setup.ts';
import { runCommand } from './make.ts';
import { clearReport, writeTruthTable } from './report.ts';

try {
  clearReport();
  await forEachSetup(
    async ({ setup: { name }, env }) => {
      console.error('sending requests, and waiting for some scrapes');
      const { code } = await runCommand(
        process.execPath,
        ['--import', 'tsx', 'e2e/src/measure.ts', name],
        env,
      );
      if (code !== 0) throw new Error(`the set-up ${name} could not be measured`);
    },
    (_setup, error) => {
      throw error;
    },
  );
  console.log(`\n${writeTruthTable()}`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
