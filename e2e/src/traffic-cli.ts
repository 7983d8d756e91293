// `make traffic`: sends requests to the web app that is up, and prints what was sent.
import { SingleBar } from 'cli-progress';
import { webapp } from './stack.ts';
import { sendTraffic } from './traffic.ts';

const [argument = '200'] = process.argv.slice(2);

try {
  const total = Number(argument);
  if (!/^\d+$/.test(argument) || total < 1 || total > 10_000_000) {
    throw new Error(`N is "${argument}"; allowed: a whole number from 1 to 10000000`);
  }
  const bar = new SingleBar({ format: 'sending {bar} {value}/{total} requests', stopOnComplete: true });
  if (process.stderr.isTTY) bar.start(total, 0);
  const sent = await sendTraffic({ url: webapp, total, onProgress: (done) => bar.update(done) }).finally(() =>
    bar.stop(),
  );

  console.log(`sent ${total} requests to ${webapp}:`);
  for (const { method, endpoint, status, count } of sent) {
    console.log(`  ${method} ${endpoint.padEnd(8)} ${status} ${String(count).padStart(8)}`);
  }
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
