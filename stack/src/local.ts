import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { checkConfiguration, type RunTool } from './check-config.ts';
import { ask, CommandError, lastLines, run, show } from './command.ts';
import { throwIfInterrupted } from './interrupt.ts';
import { listProcesses } from './pm2.ts';
import { expectOk, poll } from './poll.ts';
import { requireFreePorts } from './ports.ts';
import type { Runtime } from './runtime.ts';
import { type Mode, modes, type Ports, type Settings, UserError } from './settings.ts';
import { ensureTools, type Tools } from './tools.ts';
import { waitFor } from './wait.ts';

/** A Unix socket's path is at most 108 bytes on Linux and 104 on macOS, its end included. */
const MAX_SOCKET_PATH = 103;

/** The stack as plain processes under a pm2 of its own. `root` is the repository's root; nothing is written outside it. */
export function createLocalRuntime(settings: Settings, root: string): Runtime {
  const { ports } = settings;
  const runDir = path.join(root, 'local/.run', settings.project);
  const pm2Home = path.join(runDir, 'pm2');
  const stateFile = path.join(runDir, 'state');
  const pm2Command = path.join(root, 'node_modules/.bin/pm2');
  const ecosystem = path.join(root, 'local/ecosystem.config.cjs');

  const environment = (mode: Mode, tools: Tools): Record<string, string> => ({
    ...pm2Environment,
    RUN_DIR: runDir,
    METRICS_MODE: mode,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(ports.webapp),
    STATSD_HOST: '127.0.0.1',
    STATSD_PORT: String(ports.statsd),
    WORKERS: String(settings.workers),
    EXPORTER_PORT: String(ports.exporter),
    PROMETHEUS_PORT: String(ports.prometheus),
    PROMETHEUS: tools.prometheus,
    PROMETHEUS_ARGS: JSON.stringify(tools.prometheusArgs),
    STATSD_EXPORTER: tools.statsdExporter,
  });
  const pm2Environment = { PM2_HOME: pm2Home, PM2_DISCRETE_MODE: 'true' };

  /** Whether this stack's pm2 daemon runs. Asking pm2 itself would start one. */
  function daemonRuns(): boolean {
    // The number may be another process' by now. pm2 calls its daemon `PM2 v7.0.4: God Daemon (<its home>)`, cut off
    // where the memory of its first command line ends.
    const title = commandOf(readPid(path.join(pm2Home, 'pm2.pid')));
    const home = /^PM2 v\S+ God Daemon \(([^)\n]*)/.exec(title)?.[1];
    return home !== undefined && pm2Home.startsWith(home);
  }

  /** Processes of this stack that have outlived their pm2, as when it was killed. */
  function orphans(): number[] {
    const folder = path.join(pm2Home, 'pids');
    if (daemonRuns() || !existsSync(folder)) return [];
    const pids = readdirSync(folder).map((file) => readPid(path.join(folder, file)));
    // Their arguments name the folder of this stack.
    return pids.filter((pid) => commandOf(pid).includes(runDir));
  }

  async function endOrphans(): Promise<void> {
    for (const pid of orphans()) process.kill(pid, 'SIGTERM');
    await poll({
      expectation: 'the processes that pm2 left to end',
      timeoutMs: 30_000,
      attempt: async () => {
        const left = orphans();
        if (left.length > 0) throw new Error(`still there: ${left.join(', ')}`);
      },
    });
  }

  /** Whether everything that this stack consists of is running, as it was started last. */
  async function isComplete(state: State): Promise<boolean> {
    const processes = await listProcesses(runtime);
    return (
      processes.length === state.processes && processes.every(({ pm2_env }) => pm2_env.status === 'online')
    );
  }

  async function start(name: string, env: Record<string, string>, url: string): Promise<void> {
    throwIfInterrupted();
    try {
      await ask(pm2Command, ['start', ecosystem, '--only', name], { cwd: root, env });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.output) console.error(lastLines(error.output, 20));
      throw new UserError(`${name} did not start: ${lastLines(error.output, 1) || error.message}`);
    }
    await waitFor({ expectation: `${name} to answer`, timeoutMs: 20_000, attempt: () => expectOk(url) });
  }

  const runtime: Runtime = {
    name: 'local',

    async isUp() {
      return daemonRuns() || orphans().length > 0;
    },

    async up(mode) {
      if (path.join(pm2Home, 'rpc.sock').length > MAX_SOCKET_PATH) {
        throw new UserError(
          `the path of this checkout is too long for pm2's sockets: ${root}; move it to a shorter one`,
        );
      }
      const needed: (keyof Ports)[] =
        mode === 'statsd' ? ['webapp', 'prometheus', 'exporter', 'statsd'] : ['webapp', 'prometheus'];
      if (!daemonRuns()) await endOrphans();
      const running = daemonRuns() ? readState(stateFile) : undefined;
      await requireFreePorts(
        ports,
        needed.filter((key) => !running?.ports.includes(ports[key])),
      );
      const tools = await ensureTools(root);
      await checkConfiguration(mode, createRunTool(root, tools));
      await run('compiling the web app', path.join(root, 'node_modules/.bin/tsc'), ['--project', 'webapp'], {
        cwd: root,
      });
      const env = environment(mode, tools);
      const wanted: State = {
        fingerprint: fingerprint(root, env),
        ports: needed.map((key) => ports[key]),
        processes: settings.workers + (mode === 'statsd' ? 2 : 1),
      };
      if (running?.fingerprint === wanted.fingerprint && (await isComplete(running))) return;
      await runtime.down();

      writeConfiguration(root, path.join(runDir, 'config'), ports);
      for (const folder of ['pm2', 'logs', 'data']) mkdirSync(path.join(runDir, folder), { recursive: true });
      for (const log of readdirSync(path.join(runDir, 'logs')))
        closeSync(openSync(path.join(runDir, 'logs', log), 'w'));
      // The exporter first: what the workers send before it listens is lost.
      if (mode === 'statsd')
        await start('statsd-exporter', env, `http://127.0.0.1:${ports.exporter}/-/ready`);
      await start('webapp', env, `http://127.0.0.1:${ports.webapp}/healthz`);
      await start('prometheus', env, `http://127.0.0.1:${ports.prometheus}/-/ready`);
      writeFileSync(stateFile, JSON.stringify(wanted));
    },

    async down() {
      rmSync(stateFile, { force: true });
      if (daemonRuns()) {
        console.error('stopping the processes');
        // pm2 gives each process its own signal and time, and only then ends itself.
        await ask(pm2Command, ['kill'], { env: pm2Environment });
      }
      await endOrphans();
    },

    async clean() {
      await runtime.down();
      rmSync(runDir, { recursive: true, force: true });
    },

    async ps() {
      await show(pm2Command, ['list'], { env: pm2Environment });
    },

    async logs() {
      const folder = path.join(runDir, 'logs');
      const files = existsSync(folder) ? readdirSync(folder).map((file) => path.join(folder, file)) : [];
      if (files.length === 0) return console.log('no logs yet');
      const follow = process.stdout.isTTY ? ['-F'] : [];
      await show('tail', ['-n', '100', ...follow, ...files]);
    },

    async recentLogs() {
      const folder = path.join(runDir, 'logs');
      if (!existsSync(folder)) return '';
      return readdirSync(folder)
        .map((file) => `${file}:\n${lastLines(readFileSync(path.join(folder, file), 'utf8'), 15)}`)
        .join('\n\n');
    },

    async stop(service) {
      const log = path.join(pm2Home, 'pm2.log');
      const before = readFileSync(log, 'utf8').length;
      await runtime.pm2(['stop', service]);
      // pm2 keeps no exit codes, but it logs them.
      const ends = readFileSync(log, 'utf8')
        .slice(before)
        .matchAll(/exited with code \[(\d+)\] via signal \[(\w+)\]/g);
      const codes = [...ends].map(([, code, signal]) => (signal === 'SIGKILL' ? signal : code));
      return `exit code ${[...new Set(codes)].join(', ')}`;
    },

    async start(service) {
      await runtime.pm2(['start', service]);
    },

    async kill(service) {
      for (const { name, pid } of await listProcesses(runtime)) {
        if (name === service) process.kill(pid, 'SIGKILL');
      }
    },

    pm2(args) {
      return ask(pm2Command, args, { env: pm2Environment });
    },

    async signal(pid, signal) {
      process.kill(pid, signal);
    },

    async checkConfig() {
      const runTool = createRunTool(root, await ensureTools(root));
      for (const mode of modes) {
        console.error(`checking the configuration of ${mode}`);
        await checkConfiguration(mode, runTool);
      }
      console.error('promtool test rules');
      await runTool('prometheus', 'promtool', ['test', 'rules', 'rules.test.yml']);
    },
  };
  return runtime;
}

function createRunTool(root: string, { promtool, statsdExporter }: Tools): RunTool {
  const files = { promtool, statsd_exporter: statsdExporter };
  return (folder, program, args) => ask(files[program], args, { cwd: path.join(root, folder) });
}

/**
 * Copies the configuration that the containers use, with this machine's addresses in place of the containers' names:
 * Prometheus takes no variables in its configuration.
 */
function writeConfiguration(root: string, target: string, ports: Ports): void {
  const addresses: Record<string, string> = {
    'webapp:5000': `127.0.0.1:${ports.webapp}`,
    'statsd-exporter:9102': `127.0.0.1:${ports.exporter}`,
    'localhost:9090': `127.0.0.1:${ports.prometheus}`,
  };
  mkdirSync(target, { recursive: true });
  for (const file of configurationFiles(root)) {
    let text = readFileSync(file, 'utf8');
    for (const [there, here] of Object.entries(addresses)) text = text.replaceAll(`"${there}"`, `"${here}"`);
    writeFileSync(path.join(target, path.basename(file)), text);
  }
}

function configurationFiles(root: string): string[] {
  const names = [
    'prometheus/direct.yml',
    'prometheus/statsd.yml',
    'prometheus/rules.yml',
    'statsd-exporter/mapping.yml',
  ];
  return names.map((name) => path.join(root, name));
}

/** All that a running stack was started from: where this is equal, starting it again would change nothing. */
function fingerprint(root: string, env: Record<string, string>): string {
  const hash = createHash('sha256').update(JSON.stringify(env));
  const dist = path.join(root, 'webapp/dist');
  const compiled = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => path.join(dist, name));
  const setup = ['webapp/ecosystem.config.cjs', 'local/ecosystem.config.cjs', 'package-lock.json'];
  for (const file of [
    ...compiled.sort(),
    ...configurationFiles(root),
    ...setup.map((name) => path.join(root, name)),
  ]) {
    hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** What is known of a stack that was started. */
type State = {
  fingerprint: string;
  /** The ports that it holds. */
  ports: number[];
  /** How many processes it consists of. */
  processes: number;
};

function readState(file: string): State | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** The process id in a file; 0 where there is none. */
function readPid(file: string): number {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) || 0 : 0;
}

/** The command line of a process; empty where there is none. */
function commandOf(pid: number): string {
  if (pid === 0) return '';
  return spawnSync('ps', ['-o', 'command=', '-ww', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}
