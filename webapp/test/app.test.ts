import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createApp } from '../src/app.ts';
import { createDirectRecorder } from '../src/metrics/direct.ts';
import { send, serve } from './support/http.ts';
import { memoryRecorder } from './support/memory-recorder.ts';
import { until } from './support/until.ts';

const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

type Case = {
  request: string;
  status: number;
  type?: string;
  body?: string | RegExp;
  headers?: Record<string, string>;
  /** The labels that it is counted with, or `null` where it is not counted. */
  counted: { endpoint: string } | null;
};

const cases: Case[] = [
  { request: 'GET /test/', status: 200, type: TEXT, body: 'rest', counted: { endpoint: '/test/' } },
  { request: 'GET /test/?q=1', status: 200, type: TEXT, body: 'rest', counted: { endpoint: '/test/' } },
  { request: 'HEAD /test/', status: 200, type: TEXT, body: '', counted: { endpoint: '/test/' } },
  {
    request: 'GET /test1/',
    status: 500,
    type: TEXT,
    body: 'Division by zero',
    counted: { endpoint: '/test1/' },
  },
  { request: 'GET /test', status: 308, headers: { location: '/test/' }, counted: { endpoint: '/test' } },
  {
    request: 'GET /test1?a=b',
    status: 308,
    headers: { location: '/test1/?a=b' },
    counted: { endpoint: '/test1' },
  },
  {
    request: 'GET /metrics',
    status: 308,
    headers: { location: '/metrics/' },
    counted: { endpoint: '/metrics' },
  },
  { request: 'POST /test/', status: 405, headers: { allow: 'GET, HEAD' }, counted: { endpoint: '/test/' } },
  {
    request: 'DELETE /test1/',
    status: 405,
    headers: { allow: 'GET, HEAD' },
    counted: { endpoint: '/test1/' },
  },
  {
    request: 'OPTIONS /test/',
    status: 405,
    headers: { allow: 'GET, HEAD' },
    counted: { endpoint: '/test/' },
  },
  { request: 'PUT /test', status: 405, headers: { allow: 'GET, HEAD' }, counted: { endpoint: '/test' } },
  { request: 'GET /', status: 404, type: HTML, body: /<html/, counted: { endpoint: 'unmatched' } },
  { request: 'GET /nothing/here', status: 404, type: HTML, counted: { endpoint: 'unmatched' } },
  { request: 'GET /TEST/', status: 404, type: HTML, counted: { endpoint: 'unmatched' } },
  { request: 'GET /test//', status: 404, type: HTML, counted: { endpoint: 'unmatched' } },
  { request: 'GET /%ff', status: 404, type: HTML, counted: { endpoint: 'unmatched' } },
  { request: 'PROPFIND /x', status: 404, type: HTML, counted: { endpoint: 'unmatched' } },
  { request: 'GET /healthz', status: 200, type: TEXT, body: 'ok', counted: null },
  { request: 'POST /healthz', status: 405, headers: { allow: 'GET, HEAD' }, counted: null },
  // This recorder pushes, so there is nothing to scrape.
  { request: 'GET /metrics/', status: 404, type: HTML, counted: null },
  { request: 'POST /metrics/', status: 404, type: HTML, counted: null },
];

describe('routes', () => {
  for (const expected of cases) {
    test(`${expected.request} is ${expected.status}`, async (t) => {
      const recorder = memoryRecorder();
      const port = await serve(t, createApp(recorder));
      const [method = '', path = ''] = expected.request.split(' ');
      const answer = await send(port, method, path);

      assert.equal(answer.status, expected.status);
      if (expected.type) assert.equal(answer.headers['content-type'], expected.type);
      if (expected.body instanceof RegExp) assert.match(answer.body, expected.body);
      else if (expected.body !== undefined) assert.equal(answer.body, expected.body);
      for (const [name, value] of Object.entries(expected.headers ?? {}))
        assert.equal(answer.headers[name], value);
      assert.equal(answer.headers['x-powered-by'], undefined);

      // One more request that is counted closes the list: what came before it is complete by then.
      await send(port, 'GET', '/test/');
      const own = expected.counted === null ? 0 : 1;
      const samples = await until(
        `${own + 1} samples`,
        () => recorder.samples,
        (list) => list.length >= own + 1,
      );
      assert.deepEqual(
        samples.map(({ method, endpoint, status }) => ({ method, endpoint, status })),
        [
          ...(expected.counted === null ? [] : [{ method, ...expected.counted, status: expected.status }]),
          { method: 'GET', endpoint: '/test/', status: 200 },
        ],
      );
    });
  }
});

describe('/metrics/ of a recorder that is scraped', () => {
  test('GET gives the text, closes the connection, and is not counted itself', async (t) => {
    const port = await serve(t, createApp(createDirectRecorder()));
    const first = await send(port, 'GET', '/metrics/');
    const second = await send(port, 'GET', '/metrics/');
    assert.equal(first.status, 200);
    assert.equal(first.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(first.headers.connection, 'close');
    assert.equal(second.body, first.body);
  });

  test('POST is 405', async (t) => {
    const port = await serve(t, createApp(createDirectRecorder()));
    const answer = await send(port, 'POST', '/metrics/');
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD']);
  });
});
