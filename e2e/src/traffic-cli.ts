// `make traffic`: sends requests to the web app that is up, and prints what was sent.
import { SingleBar } from 'cli-progress';
import { webapp } from './stack.ts';
import { sendTraffic } from './traffic.ts';

const { N, RATE } = process.env;

try {
  const total = wholeNumber('N', N || '200', 10_000_000);
  const rate = RATE ? wholeNumber('RATE', RATE, 100_000) : undefined;
  const bar = new SingleBar({ format: 'sending {bar} {value}/{total} requests', stopOnComplete: true });
  if (process.stderr.isTTY) bar.start(total, 0);
  const sent = await sendTraffic({
    url: webapp,
    total,
    rate,
    onProgress: (done) => bar.update(done),
  }).finally(() => bar.stop());

  console.log(`sent ${total} requests to ${webapp}:`);
  for (const { method, endpoint, status, count } of sent) {
    console.log(`  ${method} ${endpoint.padEnd(8)} ${status} ${String(count).padStart(8)}`);
  }
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function wholeNumber(name: string, value: string, max: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= max) return number;
  throw new Error(`${name} is ${JSON.stringify(value)}; allowed: a whole number from 1 to ${max}`);
}
