import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { ask } from '../../../stack/src/command.ts';
import { whyNoDocker } from '../../../stack/src/docker.ts';
import { poll } from '../../../stack/src/poll.ts';
import { requireFreePorts } from '../../../stack/src/ports.ts';
import { type Outcome, ownStack, root } from '../../src/make.ts';

// Whatever keeps the stack from starting: one line that says what and where, and nothing is left running.
test.setTimeout(300_000);

const runtime = process.env.RUNTIME || ((await whyNoDocker()) === undefined ? 'docker' : 'local');
const isRoot = process.getuid?.() === 0;
const project = 'five-workers-no';

/** Variables of the stack that is not to start; free ports for each test. */
let stack: Record<string, string>;
test.beforeEach(async () => {
  // Without MAKEFLAGS: what was set on the command line of `make e2e` would win over these.
  stack = { ...(await ownStack()), COMPOSE_PROJECT_NAME: project, RUNTIME: runtime, MAKEFLAGS: '' };
  await run('make', ['clean']);
});

test('a value that is not allowed', async () => {
  stack.WORKERS = 'many';
  expect(await refusal('up-direct')).toBe('WORKERS is "many"; allowed: a whole number from 1 to 16');
});

test('one port for two', async () => {
  stack.PROMETHEUS_PORT = stack.WEBAPP_PORT as string;
  expect(await refusal('up-direct')).toBe(
    `WEBAPP_PORT and PROMETHEUS_PORT are both ${stack.WEBAPP_PORT}; give each its own port`,
  );
});

for (const variable of ['WEBAPP_PORT', 'PROMETHEUS_PORT']) {
  test(`${variable} is taken`, async () => {
    const port = Number(stack[variable]);
    const holder = createServer().listen(port, '127.0.0.1');
    await once(holder, 'listening');
    try {
      expect(await refusalLine('up-direct')).toBe(
        `port ${port} is taken; choose another with the variable ${variable}`,
      );
    } finally {
      await once(holder.close(), 'close');
    }
    await expectNothingLeft();
  });
}

/** Ways to spoil a file of the configuration, and what `up` has to say of it. */
const spoilt: { title: string; target: string; file: string; spoil: (file: string) => void; line: RegExp }[] =
  [
    {
      title: "Prometheus' configuration is not YAML",
      target: 'up-direct',
      file: 'prometheus/direct.yml',
      spoil: (file) => appendFileSync(file, 'scrape_configs: [\n'),
      line: /^prometheus\/direct\.yml is not valid: .*yaml: line \d+: /,
    },
    {
      title: "a rule's expression is wrong",
      target: 'up-direct',
      file: 'prometheus/rules.yml',
      spoil: (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/expr: .*/, 'expr: sum(')),
      line: /^prometheus\/direct\.yml is not valid: rules\.yml: .*parse error: unclosed left parenthesis$/,
    },
    {
      title: 'the mapping is not YAML',
      target: 'up-statsd',
      file: 'statsd-exporter/mapping.yml',
      spoil: (file) => appendFileSync(file, 'mappings: [\n'),
      line: /^statsd-exporter\/mapping\.yml is not valid: error loading config: yaml: line \d+: /,
    },
  ];
// Root may read everything; the containers' users may not.
if (runtime === 'docker' || !isRoot) {
  const spoil = (file: string) => chmodSync(file, 0o000);
  spoilt.push(
    {
      title: "Prometheus' configuration cannot be read",
      target: 'up-direct',
      file: 'prometheus/direct.yml',
      spoil,
      line: /^prometheus\/direct\.yml is not valid: open direct\.yml: permission denied$/,
    },
    {
      title: 'the mapping cannot be read',
      target: 'up-statsd',
      file: 'statsd-exporter/mapping.yml',
      spoil,
      line: /^statsd-exporter\/mapping\.yml is not valid: .*: permission denied$/,
    },
  );
}

for (const { title, target, file, spoil, line } of spoilt) {
  test(title, async () => {
    const checkout = copyCheckout();
    try {
      spoil(path.join(checkout, file));
      expect(await refusal(target, checkout)).toMatch(line);
    } finally {
      rmSync(checkout, { recursive: true });
    }
  });
}

// Only root may mount a disk that is too small.
if (runtime === 'docker' || isRoot) {
  test("no space for Prometheus' data", async () => {
    // Prometheus' file of active queries takes 20,001 bytes, five pages: it starts, and has no page for a sample.
    const options = 'size=20k,mode=777';
    const folder = path.join(root, 'local/.run', project, 'data');
    if (runtime === 'docker') {
      const volume = ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', `o=${options}`];
      await ask('docker', ['volume', 'create', ...volume, `${project}_prometheus-direct`]);
    } else {
      mkdirSync(folder, { recursive: true });
      await ask('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
    }
    try {
      expect(await refusal('up-direct')).toMatch(
        /^waited .* for request_count in Prometheus; .* write .*: no space left on device$/,
      );
    } finally {
      if (runtime === 'local') await ask('umount', [folder]);
      await run('make', ['clean']);
    }
  });
}

if (runtime === 'docker') {
  test('the Docker engine goes away while the containers start', async () => {
    const engine = await proxyToEngine();
    try {
      const ending = run('make', ['up-direct'], { DOCKER_HOST: engine.address });
      await poll({
        expectation: 'a container to run',
        timeoutMs: 200_000,
        attempt: async () => expect(await containers()).not.toBe(''),
      });
      engine.stop();
      const gone = Date.now();
      expect(errorLine(await ending)).toMatch(
        /^docker compose up failed: .*; what has started may still be there: make clean$/,
      );
      expect(Date.now() - gone, 'milliseconds until it gave up').toBeLessThan(30_000);
    } finally {
      engine.stop();
      await run('make', ['clean']);
    }
    await expectNothingLeft();
  });
}

/** Runs a target that must fail and leave nothing; returns its line of error. */
async function refusal(target: string, checkout = root): Promise<string> {
  const line = await refusalLine(target, checkout);
  await expectNothingLeft(checkout);
  return line;
}

/** Runs a target that must fail; returns its line of error. */
async function refusalLine(target: string, checkout = root): Promise<string> {
  return errorLine(await run('make', ['-C', checkout, target]));
}

/** The one line of error, which is the last that was printed but for make's own. */
function errorLine({ code, output }: Outcome): string {
  expect(code, output).not.toBe(0);
  const lines = output.split('\n').filter((line) => line !== '' && !/^make(\[\d+\])?: /.test(line));
  expect(
    lines.filter((line) => line.startsWith('error: ')),
    output,
  ).toHaveLength(1);
  const last = lines.at(-1) ?? '';
  expect(last, output).toMatch(/^error: /);
  return last.slice('error: '.length);
}

async function expectNothingLeft(checkout = root): Promise<void> {
  if (runtime === 'docker') {
    expect(await containers(), 'containers').toBe('');
    expect(await ask('docker', ['network', 'ls', '--quiet', ...ofProject]), 'networks').toBe('');
  } else {
    const pidFile = path.join(checkout, 'local/.run', project, 'pm2/pm2.pid');
    const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '';
    expect(pid !== '' && existsSync(`/proc/${pid}`), "pm2's daemon runs").toBe(false);
  }
  const [webapp, prometheus, exporter, statsd] = [
    stack.WEBAPP_PORT,
    stack.PROMETHEUS_PORT,
    stack.EXPORTER_PORT,
    stack.STATSD_PORT,
  ].map(Number) as [number, number, number, number];
  await requireFreePorts({ webapp, prometheus, exporter, statsd }, [
    'webapp',
    'prometheus',
    'exporter',
    'statsd',
  ]);
}

const ofProject = ['--filter', `label=com.docker.compose.project=${project}`];

/** The ids of the project's containers, running or not. */
function containers(): Promise<string> {
  return ask('docker', ['ps', '--all', '--quiet', ...ofProject]);
}

/** Runs a command on the stack of this test. */
async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...stack, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

/** A copy of this checkout that may be spoilt. What was installed and fetched is shared. */
function copyCheckout(): string {
  const checkout = mkdtempSync(path.join(tmpdir(), 'no-'));
  const left = new Set(['.git', 'node_modules', 'dist', '.run', '.tools', 'report']);
  cpSync(root, checkout, {
    recursive: true,
    // make compares times to see whether the packages are installed.
    preserveTimestamps: true,
    filter: (file) => !left.has(path.basename(file)),
  });
  for (const shared of ['node_modules', 'local/.tools']) {
    if (existsSync(path.join(root, shared)))
      symlinkSync(path.join(root, shared), path.join(checkout, shared));
  }
  return checkout;
}

/** Another way to the Docker engine, which can be cut off: for those who use it the engine is gone. */
async function proxyToEngine(): Promise<{ address: string; stop: () => void }> {
  const host = (await ask('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'])).trim();
  const folder = mkdtempSync(path.join(tmpdir(), 'no-'));
  const file = path.join(folder, 'docker.sock');
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: host.replace('unix://', ''), allowHalfOpen: true });
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
    client.pipe(engine);
    engine.pipe(client);
  }).listen(file);
  await once(server, 'listening');
  return {
    address: `unix://${file}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
