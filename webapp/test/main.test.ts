import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { open, send } from './support/http.ts';
import { udpSink } from './support/udp-sink.ts';
import { until } from './support/until.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

type App = {
  child: ChildProcess;
  port: number;
  stderr: () => string;
  exit: Promise<[number | null, NodeJS.Signals | null]>;
};

/** Starts the real entry point as a process of its own; it is killed where the test ends before it does. */
async function start(t: TestContext, env: Record<string, string>, ...args: string[]): Promise<App> {
  const port = await freeTcpPort();
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.resume();
  t.after(() => child.kill('SIGKILL'));
  return { child, port, stderr: () => stderr, exit: once(child, 'close') as App['exit'] };
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

function isServing({ port }: App): Promise<boolean> {
  return send(port, 'GET', '/healthz').then(
    (answer) => answer.status === 200,
    () => false,
  );
}

async function startServing(t: TestContext, env: Record<string, string>): Promise<App> {
  const app = await start(t, env);
  await until(
    'the app to serve',
    () => isServing(app),
    (serving) => serving,
    20_000,
  );
  return app;
}

describe('a start that cannot succeed', () => {
  test('a wrong value: one line, exit 1', async (t) => {
    const app = await start(t, { METRICS_MODE: 'push' });
    assert.deepEqual(await app.exit, [1, null]);
    assert.equal(app.stderr(), 'METRICS_MODE is "push"; allowed: one of direct, statsd, log\n');
  });

  test('a port that is taken: one line that names it, exit 1', async (t) => {
    const first = await startServing(t, {});
    const second = await start(t, { PORT: String(first.port) });
    assert.deepEqual(await second.exit, [1, null]);
    assert.equal(second.stderr(), `PORT is "${first.port}", which is taken on 127.0.0.1; choose another\n`);
  });

  test('--check says what is wrong, and starts nothing where all is well', async (t) => {
    assert.deepEqual(await (await start(t, {}, '--check')).exit, [0, null]);
    const wrong = await start(t, { STATSD_PORT: 'x' }, '--check');
    assert.deepEqual(await wrong.exit, [1, null]);
    assert.equal(wrong.stderr(), 'STATSD_PORT is "x"; allowed: a port number from 1 to 65535\n');
  });
});

describe('a stop', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} under load: every answered request is counted, exit 0`, async (t) => {
      const sink = await udpSink(t);
      const app = await startServing(t, { METRICS_MODE: 'statsd', STATSD_PORT: String(sink.port) });
      const clients = Array.from({ length: 8 }, () => keepSending(app.port));
      await until(
        'some load',
        () => sink.lines().length,
        (length) => length > 500,
      );
      app.child.kill(signal);
      assert.deepEqual(await app.exit, [0, null]);

      const answered = (await Promise.all(clients)).reduce((sum, count) => sum + count, 0);
      const key = 'request_count #app_name:test_app,method:GET,endpoint:/test/,http_status:200';
      await until(
        `${answered} counted`,
        () => sink.counters().get(key),
        (count) => count === answered,
        2000,
      );
      t.diagnostic(`${answered} requests answered and counted`);
    });
  }

  test('a request in flight is finished first', async (t) => {
    const sink = await udpSink(t);
    const app = await startServing(t, { METRICS_MODE: 'statsd', STATSD_PORT: String(sink.port) });
    const socket = await open(t, app.port);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    // Half a request when the signal comes; the other half when the app has begun to stop.
    socket.write('GET /test/ HTTP/1.1\r\nHost: x\r\n');
    await send(app.port, 'GET', '/healthz');
    app.child.kill('SIGTERM');
    await until(
      'the app to refuse new connections',
      () => isServing(app),
      (serving) => !serving,
    );
    socket.write('\r\n');
    assert.deepEqual(await app.exit, [0, null]);
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*rest$/s);
    assert.deepEqual([...sink.counters().values()], [1, 0, 0]);
  });

  test('a request that never ends is cut before the deadline, and what was counted is flushed', async (t) => {
    const sink = await udpSink(t);
    const app = await startServing(t, { METRICS_MODE: 'statsd', STATSD_PORT: String(sink.port) });
    const socket = await open(t, app.port);
    socket.on('error', () => {});
    socket.write('GET /test/ HTTP/1.1\r\n');
    await send(app.port, 'GET', '/test/');
    const start = Date.now();
    app.child.kill('SIGTERM');
    assert.deepEqual(await app.exit, [0, null]);
    assert.ok(Date.now() - start < 6000, `took ${Date.now() - start} ms`);
    assert.deepEqual([...sink.counters().values()], [1, 0, 0]);
  });

  test('a second signal ends it at once', async (t) => {
    const app = await startServing(t, {});
    const socket = await open(t, app.port);
    socket.on('error', () => {});
    socket.write('GET /test/ HTTP/1.1\r\n');
    await send(app.port, 'GET', '/healthz');
    const start = Date.now();
    app.child.kill('SIGTERM');
    await until(
      'the first signal to work',
      () => isServing(app),
      (serving) => !serving,
    );
    app.child.kill('SIGTERM');
    assert.deepEqual(await app.exit, [1, null]);
    assert.ok(Date.now() - start < 3000);
  });
});

/** Sends requests over one kept connection until the app closes it; returns how many were answered. */
async function keepSending(port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let answered = 0;
  try {
    for (;;) {
      await new Promise<void>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/test/', agent }, (response) => {
          response.resume();
          response.once('end', resolve);
          response.once('error', reject);
        })
          .once('error', reject)
          .end();
      });
      answered++;
    }
  } catch {
    return answered;
  } finally {
    agent.destroy();
  }
}
