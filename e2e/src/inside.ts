import { runCommand } from './make.ts';
import { webapp } from './stack.ts';

/** Where make said that the stack runs: run.ts hands it on. */
const runtime = process.env.STACK_RUNTIME;

/**
 * Runs a Node script inside the stack, where the exporter's UDP port can be reached: in the web app's container, or
 * here. The script finds `host` and `port` of the StatsD receiver defined, and `webapp`, the app's port on loopback.
 * @throws where the script fails, with what it printed
 */
export async function runInside(script: string): Promise<string> {
  const { command, args, host, port, app } =
    runtime === 'docker'
      ? {
          command: 'docker',
          args: ['compose', 'exec', '-T', 'webapp', 'node'],
          host: 'statsd-exporter',
          port: 9125,
          app: 5000,
        }
      : {
          command: process.execPath,
          args: [],
          host: '127.0.0.1',
          port: Number(process.env.STATSD_PORT),
          app: Number(new URL(webapp).port),
        };
  const preamble = `const host = ${JSON.stringify(host)}; const port = ${port}; const webapp = ${app};`;
  const all = [...args, '--input-type=module', '--eval', preamble + script];
  const { code, output } = await runCommand(command, all, {}, false);
  if (code !== 0) throw new Error(`the script ended with exit code ${code}: ${output.slice(-500)}`);
  return output;
}
