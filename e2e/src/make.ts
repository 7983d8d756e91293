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
    env: { ...process.env, ...env },
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
