import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeError, expectOk, PollTimeout, poll } from '../src/poll.ts';
import { serve } from './support/http.ts';
import { takeTcp } from './support/ports.ts';

describe('poll', () => {
  test('resolves at the first success, and tries no more', async () => {
    let attempts = 0;
    await poll({
      expectation: 'the third attempt',
      timeoutMs: 10_000,
      async attempt() {
        attempts++;
        if (attempts < 3) throw new Error(`this is attempt ${attempts}`);
      },
    });
    assert.equal(attempts, 3);
  });

  test('tries at once, and once at least: with no time at all a success is one', async () => {
    let attempts = 0;
    await poll({
      expectation: 'an attempt',
      timeoutMs: 0,
      async attempt() {
        attempts++;
      },
    });
    assert.equal(attempts, 1);
  });

  test('gives up at the deadline, and says what was expected and what was seen last', async () => {
    let attempts = 0;
    const start = Date.now();
    const outcome = await poll({
      expectation: 'the stack to be up',
      timeoutMs: 600,
      async attempt() {
        throw new Error(`answer ${++attempts}`);
      },
    }).catch((error) => error);
    const took = Date.now() - start;
    assert.deepEqual(
      outcome,
      new PollTimeout(`waited 0.6 s for the stack to be up; last seen: answer ${attempts}`),
    );
    assert.ok(attempts >= 2, `${attempts} attempts`);
    assert.ok(took >= 600 && took < 3000, `took ${took} ms`);
  });

  test('says why nothing answered', async () => {
    const { port, release } = await takeTcp('127.0.0.1');
    await release();
    await assert.rejects(
      poll({
        expectation: 'the web app to answer',
        timeoutMs: 300,
        attempt: () => expectOk(`http://127.0.0.1:${port}/healthz`),
      }),
      new PollTimeout(
        `waited 0.3 s for the web app to answer; last seen: fetch failed (connect ECONNREFUSED 127.0.0.1:${port})`,
      ),
    );
  });

  test('sees a server that becomes ready', async (t) => {
    let requests = 0;
    const address = await serve(t, (_request, response) => {
      response.statusCode = ++requests < 3 ? 503 : 200;
      response.end();
    });
    await poll({ expectation: 'the server', timeoutMs: 10_000, attempt: () => expectOk(address) });
    assert.equal(requests, 3);
  });
});

describe('expectOk', () => {
  for (const status of [200, 204]) {
    test(`is content with ${status}`, async (t) => {
      const address = await serve(t, (_request, response) => response.writeHead(status).end());
      await expectOk(address);
    });
  }

  for (const status of [404, 500, 503]) {
    test(`throws at ${status}`, async (t) => {
      const address = await serve(t, (_request, response) => response.writeHead(status).end('no'));
      await assert.rejects(expectOk(`${address}/ready`), new Error(`${address}/ready answered ${status}`));
    });
  }

  test('gives up on a server that accepts and says nothing', async (t) => {
    const address = await serve(t, () => {});
    const start = Date.now();
    await assert.rejects(expectOk(address), {
      name: 'TimeoutError',
      message: 'The operation was aborted due to timeout',
    });
    const took = Date.now() - start;
    assert.ok(took < 6000, `took ${took} ms`);
  });
});

describe('describeError', () => {
  const refused = new Error('connect ECONNREFUSED ::1:9090');
  const cases: [unknown, string][] = [
    [new Error('no series yet'), 'no series yet'],
    [new TypeError('fetch failed', { cause: refused }), 'fetch failed (connect ECONNREFUSED ::1:9090)'],
    [
      // A name with several addresses, such as localhost.
      new TypeError('fetch failed', { cause: new AggregateError([refused, new Error('second')]) }),
      'fetch failed (connect ECONNREFUSED ::1:9090)',
    ],
    [new Error('with a cause that is no error', { cause: 'x' }), 'with a cause that is no error'],
    ['thrown text', 'thrown text'],
  ];
  for (const [error, text] of cases) {
    test(`gives "${text}" for ${error instanceof Error ? `${error}, cause ${error.cause}` : 'a string'}`, () => {
      assert.equal(describeError(error), text);
    });
  }
});
