import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type RequestHandler } from 'express';
import { recordRequests } from '../src/record-requests.ts';
import { open, send, serve } from './support/http.ts';
import { memoryRecorder } from './support/memory-recorder.ts';
import { until } from './support/until.ts';

/** An app of somebody else: one route with a parameter, behind the middleware. */
function subject(handler: RequestHandler) {
  const recorder = memoryRecorder();
  const app = express().use(recordRequests(recorder)).get('/users/:id', handler);
  return { app, samples: recorder.samples };
}

test('the endpoint is the pattern of the route, not the path', async (t) => {
  const { app, samples } = subject((_req, res) => void res.send('hello'));
  const port = await serve(t, app);
  for (const id of ['1', '2', 'a%2Fb']) await send(port, 'GET', `/users/${id}`);
  await until(
    '3 samples',
    () => samples.length,
    (length) => length === 3,
  );
  assert.deepEqual([...new Set(samples.map((sample) => sample.endpoint))], ['/users/:id']);
});

test('seconds is the time until the response has ended', async (t) => {
  const { app, samples } = subject(async (_req, res) => {
    await sleep(50);
    res.send('late');
  });
  const port = await serve(t, app);
  await send(port, 'GET', '/users/1');
  const [sample] = await until(
    'one sample',
    () => samples,
    (list) => list.length === 1,
  );
  assert.ok(sample && sample.seconds >= 0.049 && sample.seconds < 5, `${sample?.seconds} s`);
});

test('an error that is passed on is one sample, with its status', async (t) => {
  const { app, samples } = subject(() => {
    throw Object.assign(new Error('teapot'), { status: 418 });
  });
  const port = await serve(t, app);
  await send(port, 'GET', '/users/1');
  await send(port, 'GET', '/users/2');
  await until(
    '2 samples',
    () => samples.length,
    (length) => length === 2,
  );
  assert.deepEqual(
    samples.map(({ status, endpoint }) => [status, endpoint]),
    [
      [418, '/users/:id'],
      [418, '/users/:id'],
    ],
  );
});

test('a client that hangs up before the response is one sample with 499', async (t) => {
  const { app, samples } = subject(() => {});
  const port = await serve(t, app);
  const socket = await open(t, port);
  socket.write('GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await sleepUntilRequestArrived(port);
  socket.destroy();
  await until(
    'one sample',
    () => samples.length,
    (length) => length === 1,
  );
  assert.deepEqual(
    samples.map(({ method, endpoint, status }) => ({ method, endpoint, status })),
    [{ method: 'GET', endpoint: '/users/:id', status: 499 }],
  );

  /** A request on a second connection is answered after the first one's was read: here by a 404. */
  async function sleepUntilRequestArrived(target: number) {
    await send(target, 'GET', '/nothing');
    await until(
      'the 404',
      () => samples.length,
      (length) => length === 1,
    );
    samples.length = 0;
  }
});

test('a client that hangs up in the middle of the response is one sample with 499', async (t) => {
  const { app, samples } = subject((_req, res) => {
    res.write('the first half');
  });
  const port = await serve(t, app);
  const socket = await open(t, port);
  socket.write('GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  await until(
    'one sample',
    () => samples.length,
    (length) => length === 1,
  );
  assert.equal(samples[0]?.status, 499);
});

test('two requests over one connection are two samples', async (t) => {
  const { app, samples } = subject((_req, res) => void res.send('hello'));
  const port = await serve(t, app);
  const socket = await open(t, port);
  const one = 'GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n';
  socket.write(one + one);
  await until(
    '2 samples',
    () => samples.length,
    (length) => length === 2,
  );
  assert.deepEqual(
    samples.map((sample) => sample.status),
    [200, 200],
  );
});
