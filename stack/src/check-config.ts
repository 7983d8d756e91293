import { CommandError } from './command.ts';
import { loggedError } from './logged-error.ts';
import { type Mode, UserError } from './settings.ts';

/** Runs a program with one of the repository's folders as its working directory; returns what it wrote on stdout. */
export type RunTool = (
  folder: 'prometheus' | 'statsd-exporter',
  program: 'promtool' | 'statsd_exporter',
  args: string[],
) => Promise<string>;

/**
 * Checks the configuration of a mode with the tools of those who will read it: a mistake is one line before anything
 * has started, not a service that starts again and again.
 * @throws {UserError} naming the file and the tool's reason
 */
export async function checkConfiguration(mode: Mode, runTool: RunTool): Promise<void> {
  // Checks the rules that it names as well.
  await checkFile(`prometheus/${mode}.yml`, promtoolReason, () =>
    runTool('prometheus', 'promtool', ['check', 'config', `${mode}.yml`]),
  );
  if (mode === 'statsd') {
    await checkFile('statsd-exporter/mapping.yml', loggedError, () =>
      runTool('statsd-exporter', 'statsd_exporter', [
        '--check-config',
        '--statsd.mapping-config=mapping.yml',
      ]),
    );
  }
}

async function checkFile(
  file: string,
  reasonIn: (output: string) => string | undefined,
  check: () => Promise<string>,
): Promise<void> {
  try {
    await check();
  } catch (error) {
    const reason = error instanceof CommandError ? reasonIn(error.output) : undefined;
    // Without a verdict it is the tool that failed, not the file.
    if (reason === undefined) throw error;
    throw new UserError(`${file} is not valid: ${reason}`);
  }
}

/** What promtool has against a file, in one line. Its stdout, which says what it looks at, may come in between. */
function promtoolReason(output: string): string | undefined {
  return /FAILED:\s*(.+?)\s*(?:\n\s*\n|\nChecking |$)/s.exec(output)?.[1]?.replace(/\s*\n\s*/g, ' ');
}
