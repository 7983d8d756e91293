import { spawn } from 'node:child_process';
import { throwIfInterrupted } from './interrupt.ts';

/** Where and how a command runs. */
export type CommandOptions = {
  env?: Record<string, string | undefined>;
  cwd?: string;
};

/** A command could not be started or ended with another code than 0. `output` is all that it printed. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly output: string;
  constructor(command: string, reason: string, output: string) {
    super(`${command}: ${reason}`);
    this.output = output;
  }
}

/**
 * Runs long work, under a title that says what it is. Its output is shown where this is a terminal; in a log it appears
 * only if the command fails, with the error.
 * @throws {CommandError}
 */
export async function run(
  title: string,
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<void> {
  throwIfInterrupted();
  console.error(title);
  await execute(command, args, options, process.stderr.isTTY === true);
}

/**
 * Runs a command for its output, which is shown as it comes.
 * @throws {CommandError}
 */
export async function show(command: string, args: string[], options: CommandOptions = {}): Promise<void> {
  await execute(command, args, options, true);
}

/**
 * Runs a command for its answer: what it wrote on stdout.
 * @throws {CommandError}
 */
export function ask(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  return execute(command, args, options, false);
}

function execute(
  command: string,
  args: string[],
  options: CommandOptions,
  visible: boolean,
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    // On a terminal the command gets the terminal itself, so that its progress bars work.
    stdio: ['ignore', visible ? 'inherit' : 'pipe', visible ? 'inherit' : 'pipe'],
  });
  let stdout = '';
  let output = '';
  // Decoded as a stream: a character may be cut by the end of a chunk.
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const title = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandError(title, error.message, output)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandError(title, signal ? `ended by ${signal}` : `exit code ${code}`, output));
    });
  });
}

/** The last lines of a text, without blank ones. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
