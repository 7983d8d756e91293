import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadSettings, UserError } from '../src/settings.ts';

const defaults = {
  runtime: undefined,
  project: 'five-workers',
  workers: 5,
  ports: { webapp: 5000, prometheus: 9090, statsd: 9125, exporter: 9102 },
};

const variables = [
  'RUNTIME',
  'COMPOSE_PROJECT_NAME',
  'WORKERS',
  'WEBAPP_PORT',
  'PROMETHEUS_PORT',
  'STATSD_PORT',
  'EXPORTER_PORT',
];

test('an empty environment gives the defaults', () => {
  assert.deepEqual(loadSettings({}), defaults);
});

test('an empty variable counts as unset', () => {
  assert.deepEqual(loadSettings(Object.fromEntries(variables.map((name) => [name, '']))), defaults);
});

test('every variable is read', () => {
  const env = {
    RUNTIME: 'local',
    COMPOSE_PROJECT_NAME: 'second',
    WORKERS: '2',
    WEBAPP_PORT: '5001',
    PROMETHEUS_PORT: '9091',
    STATSD_PORT: '9126',
    EXPORTER_PORT: '9103',
  };
  assert.deepEqual(loadSettings(env), {
    runtime: 'local',
    project: 'second',
    workers: 2,
    ports: { webapp: 5001, prometheus: 9091, statsd: 9126, exporter: 9103 },
  });
});

const accepted: [string, string, object][] = [
  ['RUNTIME', 'docker', { ...defaults, runtime: 'docker' }],
  ['COMPOSE_PROJECT_NAME', '0', { ...defaults, project: '0' }],
  ['COMPOSE_PROJECT_NAME', 'a2345678901234567_-z', { ...defaults, project: 'a2345678901234567_-z' }],
  ['WORKERS', '1', { ...defaults, workers: 1 }],
  ['WORKERS', '16', { ...defaults, workers: 16 }],
  ['WEBAPP_PORT', '1', { ...defaults, ports: { ...defaults.ports, webapp: 1 } }],
  ['WEBAPP_PORT', '65535', { ...defaults, ports: { ...defaults.ports, webapp: 65535 } }],
];

for (const [name, value, settings] of accepted) {
  test(`${name}=${value} is allowed`, () => {
    assert.deepEqual(loadSettings({ [name]: value }), settings);
  });
}

const PROJECT = 'up to 20 of a-z, 0-9, _ and -, the first a letter or a digit';

const refused: [string, string, string][] = [
  ['RUNTIME', 'podman', 'RUNTIME is "podman"; allowed: docker, local'],
  ['RUNTIME', 'Docker', 'RUNTIME is "Docker"; allowed: docker, local'],
  ['RUNTIME', 'length', 'RUNTIME is "length"; allowed: docker, local'],
  ['COMPOSE_PROJECT_NAME', 'Demo', `COMPOSE_PROJECT_NAME is "Demo"; allowed: ${PROJECT}`],
  ['COMPOSE_PROJECT_NAME', '-demo', `COMPOSE_PROJECT_NAME is "-demo"; allowed: ${PROJECT}`],
  ['COMPOSE_PROJECT_NAME', '_demo', `COMPOSE_PROJECT_NAME is "_demo"; allowed: ${PROJECT}`],
  ['COMPOSE_PROJECT_NAME', '..', `COMPOSE_PROJECT_NAME is ".."; allowed: ${PROJECT}`],
  ['COMPOSE_PROJECT_NAME', 'a/b', `COMPOSE_PROJECT_NAME is "a/b"; allowed: ${PROJECT}`],
  ['COMPOSE_PROJECT_NAME', 'a\n', `COMPOSE_PROJECT_NAME is "a\\n"; allowed: ${PROJECT}`],
  [
    'COMPOSE_PROJECT_NAME',
    'a23456789012345678901',
    `COMPOSE_PROJECT_NAME is "a23456789012345678901"; allowed: ${PROJECT}`,
  ],
  ['WORKERS', '0', 'WORKERS is "0"; allowed: a whole number from 1 to 16'],
  ['WORKERS', '17', 'WORKERS is "17"; allowed: a whole number from 1 to 16'],
  ['WORKERS', '-1', 'WORKERS is "-1"; allowed: a whole number from 1 to 16'],
  ['WORKERS', '2.5', 'WORKERS is "2.5"; allowed: a whole number from 1 to 16'],
  ['WORKERS', 'max', 'WORKERS is "max"; allowed: a whole number from 1 to 16'],
  ['WORKERS', '5 ', 'WORKERS is "5 "; allowed: a whole number from 1 to 16'],
  ['WORKERS', '5\n6', 'WORKERS is "5\\n6"; allowed: a whole number from 1 to 16'],
  ['WEBAPP_PORT', '0', 'WEBAPP_PORT is "0"; allowed: a port number from 1 to 65535'],
  ['WEBAPP_PORT', '0x50', 'WEBAPP_PORT is "0x50"; allowed: a port number from 1 to 65535'],
  ['WEBAPP_PORT', '1e3', 'WEBAPP_PORT is "1e3"; allowed: a port number from 1 to 65535'],
  ['PROMETHEUS_PORT', '65536', 'PROMETHEUS_PORT is "65536"; allowed: a port number from 1 to 65535'],
  ['PROMETHEUS_PORT', ' ', 'PROMETHEUS_PORT is " "; allowed: a port number from 1 to 65535'],
  ['STATSD_PORT', '-1', 'STATSD_PORT is "-1"; allowed: a port number from 1 to 65535'],
  ['STATSD_PORT', 'udp', 'STATSD_PORT is "udp"; allowed: a port number from 1 to 65535'],
  ['EXPORTER_PORT', '9102.5', 'EXPORTER_PORT is "9102.5"; allowed: a port number from 1 to 65535'],
  ['EXPORTER_PORT', ':9102', 'EXPORTER_PORT is ":9102"; allowed: a port number from 1 to 65535'],
];

for (const [name, value, message] of refused) {
  test(`${name}=${JSON.stringify(value)} is refused in one line`, () => {
    assert.throws(() => loadSettings({ [name]: value }), new UserError(message));
  });
}

describe('one port for two', () => {
  const shared: [Record<string, string>, string][] = [
    [
      { WEBAPP_PORT: '7000', PROMETHEUS_PORT: '7000' },
      'WEBAPP_PORT and PROMETHEUS_PORT are both 7000; give each its own port',
    ],
    [
      { WEBAPP_PORT: '7000', EXPORTER_PORT: '7000' },
      'WEBAPP_PORT and EXPORTER_PORT are both 7000; give each its own port',
    ],
    [
      { PROMETHEUS_PORT: '7000', EXPORTER_PORT: '7000' },
      'PROMETHEUS_PORT and EXPORTER_PORT are both 7000; give each its own port',
    ],
    [{ WEBAPP_PORT: '9090' }, 'WEBAPP_PORT and PROMETHEUS_PORT are both 9090; give each its own port'],
  ];

  for (const [env, message] of shared) {
    test(`${JSON.stringify(env)} is refused in one line`, () => {
      assert.throws(() => loadSettings(env), new UserError(message));
    });
  }

  for (const value of ['5000', '9090', '9102']) {
    test(`STATSD_PORT=${value} is allowed beside the same TCP port: it is UDP`, () => {
      assert.equal(loadSettings({ STATSD_PORT: value }).ports.statsd, Number(value));
    });
  }
});
