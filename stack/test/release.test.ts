import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ask, CommandError } from '../src/command.ts';
import { describeError } from '../src/poll.ts';
import { downloadRelease } from '../src/release.ts';
import { serve } from './support/http.ts';
import { takeTcp } from './support/ports.ts';

const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
const NAME = `demo-1.2.3.${process.platform}-${arch}`;
const ARCHIVE = `${NAME}.tar.gz`;
const FOLDER = '/demo/releases/download/v1.2.3';
const OTHER = `${'0'.repeat(64)}  demo-1.2.3.plan9-mips.tar.gz\n`;

/** An archive like the project's own: one folder at the top, with a program and more in it. */
async function makeArchive(t: TestContext): Promise<Buffer> {
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, NAME, 'consoles'), { recursive: true });
  writeFileSync(path.join(folder, NAME, 'demo'), '#!/bin/sh\necho "demo 1.2.3"\n', { mode: 0o755 });
  writeFileSync(path.join(folder, NAME, 'consoles/index.html'), '<html>');
  // What does not compress makes the archive longer than one chunk.
  writeFileSync(path.join(folder, NAME, 'noise'), randomBytes(1024 * 1024));
  await ask('tar', ['-czf', ARCHIVE, NAME], { cwd: folder });
  return readFileSync(path.join(folder, ARCHIVE));
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'release-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type Answer = string | Buffer | ((response: ServerResponse) => void);

/** A release on loopback; what is not given is answered with 404. Returns the base address. */
function serveRelease(t: TestContext, list: Answer | undefined, archive?: Answer): Promise<string> {
  const answers = new Map([
    [`${FOLDER}/sha256sums.txt`, list],
    [`${FOLDER}/${ARCHIVE}`, archive],
  ]);
  return serve(t, (request, response) => {
    const answer = answers.get(request.url ?? '');
    if (typeof answer === 'function') answer(response);
    else if (answer === undefined) response.writeHead(404).end('Not Found');
    else response.end(answer);
  });
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function listOf(archive: Buffer): string {
  return `${OTHER}${sha256(archive)}  ${ARCHIVE}\n`;
}

test('a release is unpacked without its top folder, and its program runs', async (t) => {
  const archive = await makeArchive(t);
  const releases = await serveRelease(t, listOf(archive), archive);
  const folder = temporaryFolder(t);
  const target = path.join(folder, 'new/demo');
  await downloadRelease('demo', '1.2.3', target, releases);

  assert.deepEqual(readdirSync(target).sort(), ['consoles', 'demo', 'noise']);
  assert.equal(await ask(path.join(target, 'demo'), []), 'demo 1.2.3\n');
  assert.deepEqual(readdirSync(path.join(folder, 'new')), ['demo']);
});

test('a release takes the place of what was in the folder', async (t) => {
  const archive = await makeArchive(t);
  const releases = await serveRelease(t, listOf(archive), archive);
  const target = path.join(temporaryFolder(t), 'demo');
  mkdirSync(target);
  writeFileSync(path.join(target, 'old'), 'old');
  await downloadRelease('demo', '1.2.3', target, releases);
  assert.deepEqual(readdirSync(target).sort(), ['consoles', 'demo', 'noise']);
});

describe('a release that cannot be had', () => {
  /** Downloads in vain, and returns the error. Nothing new is left behind; what was there is as it was. */
  async function fail(t: TestContext, releases: string): Promise<unknown> {
    const folder = temporaryFolder(t);
    const target = path.join(folder, 'demo');
    await assert.rejects(downloadRelease('demo', '1.2.3', target, releases));
    assert.deepEqual(readdirSync(folder), []);

    mkdirSync(target);
    writeFileSync(path.join(target, 'old'), 'old');
    const error = await downloadRelease('demo', '1.2.3', target, releases).catch((reason) => reason);
    assert.deepEqual(readdirSync(folder), ['demo']);
    assert.deepEqual(readdirSync(target), ['old']);
    return error;
  }

  test('a wrong checksum', async (t) => {
    const archive = await makeArchive(t);
    const wrong = 'f'.repeat(64);
    const releases = await serveRelease(t, `${OTHER}${wrong}  ${ARCHIVE}\n`, archive);
    assert.deepEqual(
      await fail(t, releases),
      new Error(`${ARCHIVE} has the SHA-256 ${sha256(archive)}, not ${wrong} as published`),
    );
  });

  for (const [what, list] of [
    ['other platforms only', OTHER],
    ['a longer name only', `${'0'.repeat(64)}  ${ARCHIVE}.sig\n`],
    ['nothing', ''],
  ] as const) {
    test(`a list that has ${what}`, async (t) => {
      const releases = await serveRelease(t, list, await makeArchive(t));
      assert.deepEqual(await fail(t, releases), new Error(`the release has no ${ARCHIVE}`));
    });
  }

  test('a list that is not there', async (t) => {
    const releases = await serveRelease(t, undefined, await makeArchive(t));
    assert.deepEqual(await fail(t, releases), new Error(`${releases}${FOLDER}/sha256sums.txt answered 404`));
  });

  test('an archive that is not there', async (t) => {
    const releases = await serveRelease(t, listOf(Buffer.from('anything')));
    assert.deepEqual(await fail(t, releases), new Error(`${releases}${FOLDER}/${ARCHIVE} answered 404`));
  });

  for (const [what, headers] of [
    ['of a known length', (archive: Buffer) => ({ 'content-length': archive.length })],
    ['of an unknown length', () => ({})],
  ] as const) {
    test(`a connection cut in the middle of an archive ${what}`, async (t) => {
      const archive = await makeArchive(t);
      const releases = await serveRelease(t, listOf(archive), (response) => {
        response.writeHead(200, headers(archive));
        response.write(archive.subarray(0, archive.length / 2), () => response.destroy());
      });
      assert.equal(describeError(await fail(t, releases)), 'terminated (other side closed)');
    });
  }

  test('a connection cut in the middle of the list', async (t) => {
    const releases = await serveRelease(t, (response) => {
      response.write(OTHER, () => response.destroy());
    });
    assert.equal(describeError(await fail(t, releases)), 'terminated (other side closed)');
  });

  test('a server that is not there', async (t) => {
    const { port, release } = await takeTcp('127.0.0.1');
    await release();
    assert.equal(
      describeError(await fail(t, `http://127.0.0.1:${port}`)),
      `fetch failed (connect ECONNREFUSED 127.0.0.1:${port})`,
    );
  });

  test('an archive that is as published, but broken in the middle', async (t) => {
    const whole = await makeArchive(t);
    const broken = whole.subarray(0, whole.length / 2);
    const error = await fail(t, await serveRelease(t, listOf(broken), broken));
    assert.ok(error instanceof CommandError);
    assert.match(error.message, /^tar -xzf \S+\.tar\.gz --strip-components=1 -C \S+: exit code \d+$/);
  });
});
