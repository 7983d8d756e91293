import { once } from 'node:events';
import { METHODS } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'playwright/test';
import { poll } from '../../stack/src/poll.ts';
import { countsOnceSettled, countsSince } from '../src/counts.ts';
import { runInside } from '../src/inside.ts';
import { startLoad } from '../src/load.ts';
import { memory } from '../src/make.ts';
import { query, queryOne } from '../src/prometheus.ts';
import { saveFigure } from '../src/report.ts';
import { webapp } from '../src/stack.ts';
import { sendTraffic } from '../src/traffic.ts';
import { setup } from './setup.ts';

// Clients that mean harm, or do it all the same. One well-behaved client runs beside each, and must be served.
test.setTimeout(300_000);

/** Label sets of the counter, however many targets hold them. */
const LABEL_SETS = 'count(count by (endpoint, method, http_status) (request_count))';

test('100,000 unknown paths: one more series, and no more', async () => {
  await sendAll(1, () => 'GET /warm-up HTTP/1.1\r\nHost: x\r\n\r\n');
  const before = await countsOnceSettled();
  const series = await queryOne(LABEL_SETS);
  const memoryBefore = await memory();
  const beside = startLoad({ url: webapp, clients: 1 });
  const answers = await sendAll(100_000, (i) => `GET /${i}/${Math.random()} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const { failures } = await beside.stop();

  expect(answers).toEqual({ 404: 100_000 });
  expect(failures).toEqual([]);
  const counted = await countsSince(before);
  if (setup.exact) expect(counted['GET unmatched 404']).toBe(100_000);
  const seriesAfter = (await queryOne(LABEL_SETS)) ?? 0;
  expect(seriesAfter).toBeLessThanOrEqual((series ?? 0) + 1);
  const memoryAfter = await memory();
  expect(memoryAfter, 'bytes of all workers').toBeLessThan(1.5 * memoryBefore + 100e6);
  saveFigure(
    setup.name,
    '100,000 unknown paths',
    `${seriesAfter} label sets in all; memory of the workers ${Math.round(memoryBefore / 1e6)} MB before, ${Math.round(memoryAfter / 1e6)} MB after`,
  );
});

test('every HTTP method: a series for each at most, none of them ours', async () => {
  const before = await countsOnceSettled();
  // CONNECT asks for a tunnel; Node closes the connection without an answer.
  const methods = METHODS.filter((method) => method !== 'CONNECT');
  for (const method of methods) {
    const answers = await sendAll(
      1,
      () => `${method} /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answers, method).toEqual({ 404: 1 });
  }
  if (setup.exact) {
    const counted = await countsSince(before);
    for (const method of methods) expect(counted[`${method} unmatched 404`], method).toBe(1);
  }
});

test('20,000 clients that hang up at once: each counted once, as 200 or as 499', async () => {
  const before = await countsOnceSettled();
  const beside = startLoad({ url: webapp, clients: 1 });
  await runInside(HANG_UPS);
  const { answered, failures } = await beside.stop();

  expect(failures).toEqual([]);
  if (setup.exact) {
    let complete = 0;
    let aborted = 0;
    // Nobody waited for these answers, so the app may still be busy with them.
    await poll({
      expectation: '20,000 requests counted',
      timeoutMs: 60_000,
      attempt: async () => {
        const counted = await countsSince(before);
        complete = (counted['GET /test/ 200'] ?? 0) - (answered['GET /test/ 200'] ?? 0);
        aborted = counted['GET /test/ 499'] ?? 0;
        expect(complete + aborted).toBe(20_000);
      },
    });
    saveFigure(setup.name, '20,000 clients hang up', `${complete} counted as 200, ${aborted} as 499`);
  }
});

test('half-sent requests, held open, hold up nobody', async () => {
  const held = await Promise.all(Array.from({ length: 500 }, open));
  for (const socket of held) socket.write('GET /test/ HTTP/1.1\r\nHost: x\r\n');
  const sent = await sendTraffic({ url: webapp, total: 203 });
  expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(203);
  for (const socket of held) socket.destroy();
});

test('headers and addresses that are too long are refused, and the next request is served', async () => {
  const long = 'x'.repeat(20_000);
  expect(await sendAll(1, () => `GET /test/ HTTP/1.1\r\nHost: x\r\nX-Long: ${long}\r\n\r\n`)).toEqual({
    431: 1,
  });
  expect(await sendAll(1, () => `GET /${long} HTTP/1.1\r\nHost: x\r\n\r\n`)).toEqual({ 431: 1 });
  expect(await sendAll(1, () => 'no HTTP at all\r\n\r\n')).toEqual({ 400: 1 });
  expect(await sendAll(1, () => 'GET /test/ HTTP/1.1\r\nHost: x\r\n\r\n')).toEqual({ 200: 1 });
});

if (setup.exact) {
  test('hostile UDP: our series stay exact, and no other series appears', async () => {
    const before = await countsOnceSettled();
    await runInside(HOSTILE);
    const sent = await sendTraffic({ url: webapp, total: 203 });
    const counted = await countsSince(before);
    expect((counted['GET /test/ 200'] ?? 0) + (counted['GET /test1/ 500'] ?? 0)).toBe(
      sent.reduce((sum, { count }) => sum + count, 0),
    );
    expect(await query('{__name__=~"a|dropped|evil.*"}'), 'series of names that are not ours').toEqual([]);
    expect(await query('request_count{app_name!="test_app"}'), 'series of apps that are not ours').toEqual(
      [],
    );
    const errors = await queryOne('sum(statsd_exporter_sample_errors_total)');
    expect(errors).toBeGreaterThan(0);
    expect(await queryOne('count(ALERTS{alertname="StatsdExporterRejectsLines", alertstate="firing"})')).toBe(
      1,
    );
    saveFigure(
      setup.name,
      'hostile UDP',
      `${errors} lines refused, ${await queryOne('sum(statsd_exporter_events_actions_total{action="drop"})')} dropped, ours exact`,
    );
  });
}

/** From inside: in between there may be a proxy, Docker's, which does not pass on what was hung up at once. */
const HANG_UPS = `
  const { connect } = await import('node:net');
  const { once } = await import('node:events');
  let begun = 0;
  async function lane() {
    while (begun++ < 20000) {
      const socket = connect(webapp, '127.0.0.1');
      await once(socket, 'connect');
      socket.write('GET /test/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n', () => socket.destroy());
      await once(socket, 'close');
    }
  }
  await Promise.all(Array.from({ length: 20 }, lane));
`;

/** Random bytes, huge packets, and 100,000 distinct names and tag values; paced, so that nothing is lost on the way. */
const HOSTILE = `
  const { createSocket } = await import('node:dgram');
  const { randomBytes } = await import('node:crypto');
  const socket = createSocket('udp4');
  const send = (data) => new Promise((done) => socket.send(data, port, host, () => setTimeout(done, 1)));
  for (let i = 0; i < 1000; i++) await send(randomBytes(1 + (i % 1400)));
  for (let i = 0; i < 20; i++) await send(randomBytes(65000));
  for (let i = 0; i < 20; i++) await send(Buffer.alloc(65000, 'a:1|c\\n'));
  for (let i = 0; i < 100000; i += 25) {
    const lines = [];
    for (let j = i; j < i + 25; j++) {
      lines.push('evil_' + j + ':1|c|#a:b');
      lines.push('evil.counter:1|c|#tag:' + j);
    }
    await send(lines.join('\\n'));
  }
  for (let i = 0; i < 1000; i++) await send('request_count:1|g|#app_name:evil\\nrequest_count:1|c|#app_name:evil,endpoint:/e' + i);
  socket.close();
`;

/** Sends raw requests over 16 kept connections; returns how often each status came back. */
async function sendAll(total: number, text: (i: number) => string): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  let begun = 0;
  async function client(): Promise<void> {
    let socket = await open();
    while (begun < total) {
      if (socket.destroyed || socket.readableEnded) socket = await open();
      socket.write(text(begun++));
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1'))?.[1]);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    socket.destroy();
  }
  await Promise.all(Array.from({ length: Math.min(16, total) }, client));
  return statuses;
}

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(webapp);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
