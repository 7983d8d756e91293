import { expect, test } from 'playwright/test';
import { webapp } from '../src/stack.ts';
import { setup } from './setup.ts';

const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

const answers = [
  { path: '/', status: 404, type: HTML },
  { path: '/test/', status: 200, type: TEXT, body: 'rest' },
  { path: '/test1/', status: 500, type: TEXT, body: 'Division by zero' },
  { path: '/test', status: 308, location: '/test/' },
  { path: '/test1', status: 308, location: '/test1/' },
  { path: '/metrics', status: 308, location: '/metrics/' },
  { path: '/healthz', status: 200, type: TEXT, body: 'ok' },
];

for (const { path, status, type, body, location } of answers) {
  test(`GET ${path} is ${status}`, async ({ request }) => {
    const answer = await request.get(webapp + path, { maxRedirects: 0 });
    expect(answer.status()).toBe(status);
    if (type) expect(answer.headers()['content-type']).toBe(type);
    if (body) expect(await answer.text()).toBe(body);
    if (location) expect(answer.headers().location).toBe(location);
  });
}

test('POST /test/ is 405, and says what is allowed', async ({ request }) => {
  const answer = await request.post(`${webapp}/test/`);
  expect(answer.status()).toBe(405);
  expect(answer.headers().allow).toBe('GET, HEAD');
});

test('/metrics/ answers where metrics are scraped from the app, and nowhere else', async ({ request }) => {
  const { metricsStatus } = setup;
  const answer = await request.get(`${webapp}/metrics/`);
  expect(answer.status()).toBe(metricsStatus);
  if (metricsStatus === 200) {
    expect(answer.headers()['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers().connection).toBe('close');
    expect(await answer.text()).toContain('# TYPE request_count counter');
  }
});
