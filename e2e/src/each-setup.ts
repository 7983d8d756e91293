import { type Outcome, ownStack, runCommand } from './make.ts';
import { type Setup, setups } from './setups.ts';

/** A set-up that is up, and the variables that lead to it: ports, its name, and what make printed of it. */
export type RunningSetup = { setup: Setup; env: Record<string, string> };

/** A set-up could not be started. `output` is what make printed. */
export class StartError extends Error {
  override name = 'StartError';
  readonly output: string;
  constructor(setup: string, { code, output }: Outcome) {
    super(`make up-${setup} ended with exit code ${code}`);
    this.output = output;
  }
}

/**
 * Brings up each set-up in turn beside whatever is running, hands it over, and takes it down with all its data,
 * whatever happened. Ctrl-C ends the command that is running; what is up is taken down then, too.
 */
export async function forEachSetup(
  action: (running: RunningSetup) => Promise<void>,
  onStartError: (setup: Setup, error: StartError) => void,
  wanted: Setup[] = setups,
): Promise<void> {
  const stack = await ownStack();
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  // A run that was killed may have left its stack.
  await runCommand('make', ['clean'], stack, false);
  for (const setup of wanted) {
    if (interrupted) throw new Error('interrupted');
    try {
      const up = await runCommand('make', [`up-${setup.name}`], stack);
      if (up.code !== 0) throw new StartError(setup.name, up);
      const env = {
        ...stack,
        SETUP: setup.name,
        // For the tests that look into the containers.
        COMPOSE_FILE: 'docker-compose.yml:docker-compose-infra.yml',
        COMPOSE_PROFILES: 'statsd',
        STACK_RUNTIME: /^runtime: (\w+)/m.exec(up.output)?.[1] ?? '',
        GRAPH_LINK: /the graph\s+(\S+)/.exec(up.output)?.[1] ?? '',
      };
      await action({ setup, env });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      onStartError(setup, error);
    } finally {
      await runCommand('make', ['clean'], stack, false);
    }
  }
}
