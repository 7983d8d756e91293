import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setups } from './setups.ts';
import { type Truth, truthTable } from './truth.ts';

/** What a run leaves behind; each run begins it anew. */
export const reportFolder = path.join(import.meta.dirname, '../report');

export function clearReport(): void {
  rmSync(reportFolder, { recursive: true, force: true });
  mkdirSync(reportFolder, { recursive: true });
}

/** Keeps the measured row of a set-up for the table at the end. */
export function saveTruth(truth: Truth): void {
  writeFileSync(path.join(reportFolder, `truth-${truth.setup}.json`), JSON.stringify(truth));
}

/** Writes the table of all rows that were measured to truth.md, and returns it. */
export function writeTruthTable(): string {
  const truths = setups.flatMap(({ name }) => {
    try {
      return [JSON.parse(readFileSync(path.join(reportFolder, `truth-${name}.json`), 'utf8')) as Truth];
    } catch {
      return [];
    }
  });
  const table = truthTable(truths);
  writeFileSync(path.join(reportFolder, 'truth.md'), `${table}\n`);
  return table;
}

/** Keeps what a drill measured, for the table at the end. */
export function saveFigure(setup: string, drill: string, figure: string): void {
  const file = path.join(reportFolder, 'drills.md');
  if (!existsSync(file)) writeFileSync(file, '| set-up | drill | what came of it |\n| --- | --- | --- |\n');
  appendFileSync(file, `| ${setup} | ${drill} | ${figure} |\n`);
}

/** The table of the drills, as far as they came. */
export function readDrillTable(): string {
  const file = path.join(reportFolder, 'drills.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** How many tests of a set-up passed and failed, by Playwright's own report; all zero where it left none. */
export function readVerdict(setup: string): { passed: number; failed: number } {
  try {
    const { stats } = JSON.parse(readFileSync(path.join(reportFolder, `${setup}.json`), 'utf8'));
    return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
