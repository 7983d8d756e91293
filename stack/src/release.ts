import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ask } from './command.ts';
import { beginStep } from './progress.ts';

/** Where the Prometheus project publishes its releases. */
const RELEASES = 'https://github.com/prometheus';

/** How long the server may take to begin an answer, in milliseconds: a closed network should not hold up the next try. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Downloads an official release archive, checks it against the checksums published beside it, and unpacks it.
 * @param program its name, which is that of its repository, too
 * @param target the folder that receives the archive's content; replaced if all is well, else left alone
 * @param releases the base address, for tests
 * @throws where it cannot be had, or does not match its checksum
 */
export async function downloadRelease(
  program: string,
  version: string,
  target: string,
  releases = RELEASES,
): Promise<void> {
  const archive = `${program}-${version}.${platform()}.tar.gz`;
  const folder = `${releases}/${program}/releases/download/v${version}`;
  const checksums = await (await request(`${folder}/sha256sums.txt`)).text();
  const expected = checksums
    .split('\n')
    .map((line) => line.split(/\s+/))
    .find(([, name]) => name === archive)?.[0];
  if (expected === undefined) throw new Error(`the release has no ${archive}`);

  mkdirSync(path.dirname(target), { recursive: true });
  const scratch = mkdtempSync(`${target}.part-`);
  try {
    const file = path.join(scratch, archive);
    const actual = await download(`${folder}/${archive}`, file, archive);
    if (actual !== expected)
      throw new Error(`${archive} has the SHA-256 ${actual}, not ${expected} as published`);
    // Unpacked beside the target, which gets everything at once or nothing.
    const unpacked = path.join(scratch, 'unpacked');
    mkdirSync(unpacked);
    await ask('tar', ['-xzf', file, '--strip-components=1', '-C', unpacked]);
    rmSync(target, { recursive: true, force: true });
    renameSync(unpacked, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function request(url: string): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

/** Downloads into a file and returns its SHA-256. */
async function download(url: string, file: string, title: string): Promise<string> {
  const response = await request(url);
  const total = Number(response.headers.get('content-length'));
  const step = beginStep(`downloading ${title}`);
  const hash = createHash('sha256');
  let received = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      if (total > 0) step.update(`downloading ${title}: ${Math.floor((received / total) * 100)} %`);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.from(response.body as AsyncIterable<Uint8Array>), meter, createWriteStream(file));
  } catch (error) {
    step.fail();
    throw error;
  }
  step.done(`downloaded ${title}`);
  return hash.digest('hex');
}

/** This machine in the words of the archives' names, e.g. `linux-amd64`. */
function platform(): string {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
  return `${process.platform}-${arch}`;
}
