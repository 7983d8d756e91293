import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { type Outcome, root, runTsx } from './support/process.ts';

/** A stack's name that nobody else uses. */
const project = `cli-test-${process.pid}`;

/** Runs the real command in a process of its own, for a stack of its own and without Docker. */
function cli(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return runTsx(['stack/src/cli.ts', ...args], {
    RUNTIME: 'local',
    COMPOSE_PROJECT_NAME: project,
    ...env,
  });
}

/** One line, exit code 1, and nothing was begun. */
async function assertRefused(message: string, args: string[], env: Record<string, string> = {}) {
  assert.deepEqual(await cli(args, env), { code: 1, stdout: '', stderr: `error: ${message}\n` });
  assert.equal(existsSync(path.join(root, 'local/.run', env.COMPOSE_PROJECT_NAME || project)), false);
}

// Where a test fails because something was started after all.
after(() => cli(['clean']));

describe('a command that makes no sense: one line, exit 1, nothing started', () => {
  test('an unknown command', () => assertRefused('no such command: launch', ['launch']));

  test('an unknown set-up', () =>
    assertRefused('no such set-up: push; there are: direct, statsd', ['up', 'push']));
});

describe('a wrong value: one line, exit 1, nothing started', () => {
  const cases: [Record<string, string>, string][] = [
    [{ RUNTIME: 'podman' }, 'RUNTIME is "podman"; allowed: docker, local'],
    [
      { COMPOSE_PROJECT_NAME: `CLI-test-${process.pid}` },
      `COMPOSE_PROJECT_NAME is "CLI-test-${process.pid}"; allowed: up to 20 of a-z, 0-9, _ and -, the first a letter or a digit`,
    ],
    [{ WORKERS: '0' }, 'WORKERS is "0"; allowed: a whole number from 1 to 16'],
    [{ WEBAPP_PORT: '65536' }, 'WEBAPP_PORT is "65536"; allowed: a port number from 1 to 65535'],
    [{ PROMETHEUS_PORT: 'http' }, 'PROMETHEUS_PORT is "http"; allowed: a port number from 1 to 65535'],
    [{ STATSD_PORT: '-1' }, 'STATSD_PORT is "-1"; allowed: a port number from 1 to 65535'],
    [{ EXPORTER_PORT: '1\n2' }, 'EXPORTER_PORT is "1\\n2"; allowed: a port number from 1 to 65535'],
    [{ WEBAPP_PORT: '9090' }, 'WEBAPP_PORT and PROMETHEUS_PORT are both 9090; give each its own port'],
  ];
  for (const [env, message] of cases) {
    test(JSON.stringify(env), () => assertRefused(message, ['up', 'direct'], env));
  }
});

describe('with nothing running', () => {
  for (const command of ['ps', 'logs', 'kill-worker']) {
    test(`${command} says so in one line, exit 1`, () =>
      assertRefused('nothing is running; start it with make up-direct or make up-statsd', [command]));
  }

  for (const command of ['down', 'clean']) {
    test(`${command} has nothing to do, exit 0`, async () => {
      assert.deepEqual(await cli([command]), { code: 0, stdout: '', stderr: '' });
      assert.equal(existsSync(path.join(root, 'local/.run', project)), false);
    });
  }
});
