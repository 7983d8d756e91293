import path from 'node:path';
import { checkConfiguration, type RunTool } from './check-config.ts';
import { ask, CommandError, lastLines, run, show } from './command.ts';
import { requireFreePorts } from './ports.ts';
import type { Runtime } from './runtime.ts';
import { type Mode, modes, type Ports, type Settings, UserError } from './settings.ts';
import { readImages } from './versions.ts';

const FILES = ['-f', 'docker-compose.yml', '-f', 'docker-compose-infra.yml'];

/** A container that crashes and starts again is neither well nor ended: without a limit Compose waits for ever. */
const WAIT_TIMEOUT = ['--wait-timeout', '120'];

/**
 * Whether Docker can be used.
 * @returns `undefined` where it can, else the reason why not
 */
export async function whyNoDocker(): Promise<string | undefined> {
  try {
    await ask('docker', ['info', '--format', '{{.ServerVersion}}']);
  } catch {
    return 'no Docker engine answers';
  }
  try {
    await ask('docker', ['compose', 'version']);
  } catch {
    return 'Docker answers, but has no Compose plugin';
  }
  return undefined;
}

/** The stack in Docker Compose. `root` is the repository's root. */
export function createDockerRuntime(settings: Settings, root: string): Runtime {
  const options = (mode: Mode = 'direct') => ({
    cwd: root,
    env: {
      COMPOSE_PROJECT_NAME: settings.project,
      // `down` and `logs` have to see the exporter in either mode.
      COMPOSE_PROFILES: 'statsd',
      METRICS_MODE: mode,
      WEBAPP_PORT: String(settings.ports.webapp),
      PROMETHEUS_PORT: String(settings.ports.prometheus),
      WORKERS: String(settings.workers),
    },
  });
  const compose = (...args: string[]) => ['compose', ...FILES, ...args];

  async function publishedPorts(): Promise<Set<number>> {
    const lines = await ask('docker', compose('ps', '--format', '{{json .Publishers}}'), options());
    const publishers = lines
      .split('\n')
      .filter((line) => line.startsWith('['))
      .flatMap((line) => JSON.parse(line) as { PublishedPort: number }[]);
    return new Set(publishers.map((publisher) => publisher.PublishedPort));
  }

  /** As the container's own user, so that a file that it may not read is found as well. */
  const runTool: RunTool = async (folder, program, args) => {
    const images = readImages(root);
    const image = folder === 'prometheus' ? images.prometheus : images.statsdExporter;
    await ensureImage(image);
    const volume = `${path.join(root, folder)}:/config:ro`;
    const flags = ['--rm', '--volume', volume, '--workdir', '/config', '--entrypoint', program];
    return ask('docker', ['run', ...flags, image, ...args]);
  };

  const runtime: Runtime = {
    name: 'docker',

    async isUp() {
      return (await ask('docker', compose('ps', '--all', '--quiet'), options())).trim() !== '';
    },

    async up(mode) {
      const ours = await publishedPorts();
      const published: (keyof Ports)[] = ['webapp', 'prometheus'];
      await requireFreePorts(
        settings.ports,
        published.filter((key) => !ours.has(settings.ports[key])),
      );
      console.error('checking the configuration');
      await checkConfiguration(mode, runTool);
      // A service whose profile is off stays as it is, so the other mode's exporter has to be told to go.
      const { env, cwd } = options(mode);
      if (mode === 'direct')
        await ask('docker', compose('rm', '--stop', '--force', 'statsd-exporter'), { env, cwd });
      await runCompose("building the web app's image", ['build', 'webapp'], { env, cwd });
      await runCompose('starting the containers', ['up', '--detach', '--wait', ...WAIT_TIMEOUT], {
        cwd,
        env: { ...env, COMPOSE_PROFILES: mode === 'statsd' ? 'statsd' : '' },
      });
    },

    async down() {
      await runCompose('stopping the containers', ['down', '--remove-orphans'], options());
    },

    async clean() {
      // Compose sees only the volume of the mode that it is asked about.
      for (const mode of modes) {
        await runCompose(
          `removing the containers and data of ${mode}`,
          ['down', '--volumes', '--rmi', 'local', '--remove-orphans'],
          options(mode),
        );
      }
    },

    async ps() {
      await show('docker', compose('ps', '--all'), options());
    },

    async logs() {
      const follow = process.stdout.isTTY ? ['--follow'] : [];
      await show('docker', compose('logs', '--tail', '100', ...follow), options());
    },

    recentLogs() {
      return ask('docker', compose('logs', '--no-color', '--tail', '15'), options());
    },

    async stop(service) {
      await runCompose(`stopping ${service}`, ['stop', service], options());
      const id = (await ask('docker', compose('ps', '--all', '--quiet', service), options())).trim();
      const code = await ask('docker', ['inspect', '--format', '{{.State.ExitCode}}', id]);
      return `exit code ${code.trim()}`;
    },

    async start(service) {
      await runCompose(`starting ${service}`, ['start', service], options());
    },

    async kill(service) {
      await runCompose(`killing ${service}`, ['kill', service], options());
    },

    pm2(args) {
      return ask('docker', compose('exec', '-T', 'webapp', 'pm2', ...args), options());
    },

    async signal(pid, signal) {
      const script = `process.kill(${pid}, '${signal}')`;
      await ask('docker', compose('exec', '-T', 'webapp', 'node', '-e', script), options());
    },

    async checkConfig() {
      for (const mode of modes) {
        console.error(`checking the configuration of ${mode}`);
        await checkConfiguration(mode, runTool);
      }
      console.error('promtool test rules');
      await runTool('prometheus', 'promtool', ['test', 'rules', 'rules.test.yml']);
      await run('docker compose config', 'docker', compose('config', '--quiet'), options());
    },
  };
  return runtime;
}

/** Pulls an image that is not here yet, under the eyes of whoever waits for it. */
async function ensureImage(image: string): Promise<void> {
  try {
    await ask('docker', ['image', 'inspect', image]);
  } catch {
    await run(`pulling ${image}`, 'docker', ['pull', image]);
  }
}

type ComposeOptions = { cwd: string; env: Record<string, string> };

/** Runs a Compose command; a failure becomes one line, with the command's last words as the reason. */
async function runCompose(title: string, args: string[], options: ComposeOptions): Promise<void> {
  try {
    await run(title, 'docker', ['compose', ...FILES, ...args], options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.output) console.error(lastLines(error.output, 20));
    throw new UserError(`docker compose ${args[0]} failed: ${lastLines(error.output, 1) || error.message}`);
  }
}
