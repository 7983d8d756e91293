import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';

/** The repository's root, where the Makefile is. */
export const root = path.join(import.meta.dirname, '../..');

/** What a command printed on both streams, and how it ended. */
export type Outcome = { code: number | null; output: string };

/** Runs a command at the root. With `echo` its output is shown as well. */
export async function runCommand(
  command: string,
  args: string[],
  env: Record<string, string>,
  echo = true,
): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: root,
    // Without MAKEFLAGS: what was set on the command line of an outer make would win over these variables.
    env: { ...process.env, ...env, MAKEFLAGS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      if (echo) process.stderr.write(chunk);
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

/**
 * Runs a make target on the stack that the variables lead to, and returns what it printed.
 * @throws where it fails, with what it printed
 */
export async function make(...args: string[]): Promise<string> {
  const { code, output } = await runCommand('make', args, {}, false);
  if (code !== 0) throw new Error(`make ${args.join(' ')} ended with exit code ${code}: ${output}`);
  return output;
}

/** The workers of the web app, as pm2 knows them; memory is resident, in bytes. */
export async function workers(): Promise<{ pid: number; monit: { memory: number } }[]> {
  const { code, output } = await runCommand(
    process.execPath,
    ['--import', 'tsx', 'stack/src/cli.ts', 'workers'],
    {},
    false,
  );
  if (code !== 0) throw new Error(`the workers cannot be listed: ${output}`);
  return JSON.parse(output);
}

/** Resident memory of all workers, in bytes. */
export async function memory(): Promise<number> {
  return (await workers()).reduce((sum, { monit }) => sum + monit.memory, 0);
}

/** Variables for a stack of its own beside whatever is running: its own project, so its own data, and free ports. */
export async function ownStack(): Promise<Record<string, string>> {
  const names = ['WEBAPP_PORT', 'PROMETHEUS_PORT', 'EXPORTER_PORT', 'STATSD_PORT'];
  const ports = await freePorts(names.length);
  return {
    COMPOSE_PROJECT_NAME: 'five-workers-e2e',
    ...Object.fromEntries(names.map((name, i) => [name, String(ports[i])])),
  };
}

/** Ports that are free now. They are held together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
