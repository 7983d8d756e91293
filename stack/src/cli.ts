// The commands behind make. Everything that a person types is a make target; see the Makefile.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, lastLines } from './command.ts';
import { createDockerRuntime, whyNoDocker } from './docker.ts';
import { holdInterrupts, takeInterrupt, throwIfInterrupted } from './interrupt.ts';
import { killWorker } from './kill-worker.ts';
import { createLocalRuntime } from './local.ts';
import { loggedError } from './logged-error.ts';
import { listWorkers } from './pm2.ts';
import { describeError, PollTimeout } from './poll.ts';
import { printAddresses, waitForRequestCount } from './ready.ts';
import type { Runtime } from './runtime.ts';
import { loadSettings, type Mode, modes, type Settings, services, UserError } from './settings.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UserError || error instanceof PollTimeout) {
    console.error(`error: ${error.message}`);
  } else if (error instanceof CommandError) {
    if (error.output) console.error(lastLines(error.output, 20));
    console.error(`error: ${error.message}`);
  } else {
    console.error(error);
  }
  process.exitCode = 1;
}

async function main([command, argument]: string[]): Promise<void> {
  const settings = loadSettings(process.env);
  switch (command) {
    case 'up': {
      const mode = oneOf('set-up', modes, argument);
      return up(await chooseRuntime(settings), mode, settings);
    }
    case 'down':
      return forEachRuntime(settings, (runtime) => runtime.down());
    case 'clean':
      return forEachRuntime(settings, (runtime) => runtime.clean());
    case 'ps':
      return (await runningRuntime(settings)).ps();
    case 'logs':
      return (await runningRuntime(settings)).logs();
    case 'reload':
      await (await runningRuntime(settings)).pm2(['reload', 'webapp']);
      return;
    case 'kill-worker':
      return killWorker(await runningRuntime(settings));
    case 'stop': {
      const service = oneOf('SERVICE', services, argument);
      return console.log(`${service} ended with ${await (await runningRuntime(settings)).stop(service)}`);
    }
    case 'start': {
      const service = oneOf('SERVICE', services, argument);
      return (await runningRuntime(settings)).start(service);
    }
    case 'kill': {
      const service = oneOf('SERVICE', services, argument);
      return (await runningRuntime(settings)).kill(service);
    }
    case 'workers':
      return console.log(JSON.stringify(await listWorkers(await runningRuntime(settings))));
    case 'check-config':
      return (await chooseRuntime(settings)).checkConfig();
    default:
      throw new UserError(`no such command: ${command}`);
  }
}

function oneOf<T extends string>(what: string, allowed: readonly T[], value: string | undefined): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UserError(`no such ${what}: ${value}; there are: ${allowed.join(', ')}`);
  return found;
}

async function up(runtime: Runtime, mode: Mode, settings: Settings): Promise<void> {
  const wasUp = await runtime.isUp();
  holdInterrupts();
  try {
    const since = new Date();
    await runtime.up(mode);
    throwIfInterrupted();
    await waitForRequestCount(settings.ports.prometheus, since);
  } catch (error) {
    throw await explainAndUndo(runtime, error, wasUp);
  }
  printAddresses(mode, settings.ports);
}

/** Shows the logs of what did start, and takes it down; returns the error, with the reason that the logs give for it. */
async function explainAndUndo(runtime: Runtime, error: unknown, wasUp: boolean): Promise<unknown> {
  const signal = takeInterrupt();
  try {
    if (signal) {
      if (!wasUp) await runtime.down();
      return new UserError(`interrupted by ${signal}`);
    }
    if (!(await runtime.isUp()) || wasUp) return error;
    const logs = await runtime.recentLogs();
    console.error(`\n${logs}\n`);
    await runtime.down();
    const reason = loggedError(logs);
    return reason ? new UserError(`${describeError(error)}; in the logs: ${reason}`) : error;
  } catch {
    // An engine that is gone cannot be asked for anything, and the first error says so.
    return new UserError(`${describeError(error)}; what has started may still be there: make clean`);
  }
}

/** Where a new stack goes. The choice is printed, with its reason. */
async function chooseRuntime(settings: Settings): Promise<Runtime> {
  const noDocker = settings.runtime === 'local' ? 'not asked for' : await whyNoDocker();
  if (settings.runtime === 'docker' && noDocker !== undefined) {
    throw new UserError(`RUNTIME is "docker", but ${noDocker}; start it, or use RUNTIME=local`);
  }
  const runtime = settings.runtime ?? (noDocker === undefined ? 'docker' : 'local');
  const reason = settings.runtime ? 'as RUNTIME says' : (noDocker ?? 'a Docker engine answers');
  console.error(`runtime: ${runtime} (${reason})`);
  return runtime === 'docker' ? createDockerRuntime(settings, root) : createLocalRuntime(settings, root);
}

/** The runtimes that a command about a running stack has to look at: the one that RUNTIME names, or every usable one. */
async function usableRuntimes(settings: Settings): Promise<Runtime[]> {
  const runtimes: Runtime[] = [];
  if (settings.runtime !== 'docker') runtimes.push(createLocalRuntime(settings, root));
  if (settings.runtime !== 'local' && (await whyNoDocker()) === undefined) {
    runtimes.push(createDockerRuntime(settings, root));
  }
  return runtimes;
}

async function forEachRuntime(
  settings: Settings,
  action: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  for (const runtime of await usableRuntimes(settings)) await action(runtime);
}

async function runningRuntime(settings: Settings): Promise<Runtime> {
  for (const runtime of await usableRuntimes(settings)) {
    if (await runtime.isUp()) return runtime;
  }
  throw new UserError('nothing is running; start it with make up-direct or make up-statsd');
}
