import { expect, test } from 'playwright/test';
import { poll } from '../../stack/src/poll.ts';
import { countsOnceSettled, countsSince } from '../src/counts.ts';
import { type Load, quantile, startLoad } from '../src/load.ts';
import { make, memory, runCommand, workers } from '../src/make.ts';
import { queryOne, samplesSince } from '../src/prometheus.ts';
import { saveFigure } from '../src/report.ts';
import { webapp } from '../src/stack.ts';
import { settle } from '../src/truth.ts';
import { setup } from './setup.ts';

// Each breaks something real under load, and then counts.
test.setTimeout(240_000);

const KEY = 'GET /test/ 200';

test('pm2 reload three times under load: no request fails', async () => {
  const before = await countsOnceSettled();
  const load = startLoad({ url: webapp, clients: 8 });
  await answered(load, 500);
  for (let i = 0; i < 3; i++) await make('reload');
  const { answered: answers, failures } = await load.stop();

  expect(failures).toEqual([]);
  const counted = (await countsSince(before))[KEY];
  if (setup.exact) expect(counted, 'counted').toBe(answers[KEY]);
  saveFigure(
    setup.name,
    'reload three times',
    `${answers[KEY]} requests answered, ${failures.length} failed, ${counted} counted`,
  );
});

test('the whole app stopped under load: it ends in peace, and every answered request is counted', async () => {
  const before = await countsOnceSettled();
  const load = startLoad({ url: webapp, clients: 8, endWhenRefused: true });
  await answered(load, 500);
  const output = await make('stop', 'SERVICE=webapp');
  const { answered: answers } = await load.stop();

  expect(output).toContain('webapp ended with exit code 0\n');
  if (setup.exact) {
    const counted = (await countsSince(before))[KEY];
    expect(counted, 'counted').toBe(answers[KEY]);
    saveFigure(
      setup.name,
      'app stopped',
      `${answers[KEY]} requests answered, ${counted} counted, exit code 0`,
    );
  }
  await make('start', 'SERVICE=webapp');
  await poll({
    expectation: 'the app to answer again',
    timeoutMs: 20_000,
    attempt: async () => expect((await fetch(`${webapp}/test/`)).status).toBe(200),
  });
});

test('kill -9 of a worker, five times under load: the app answers on', async () => {
  const before = await countsOnceSettled();
  const since = Date.now() / 1000;
  const load = startLoad({ url: webapp, clients: 8 });
  await answered(load, 500);
  const start = Date.now();
  for (let i = 0; i < 5; i++) await make('kill-worker');
  const seconds = (Date.now() - start) / 1000;
  const { answered: answers, failures, latencies } = await load.stop();
  const sent = answers[KEY] ?? 0;

  // Each client has one request under way, and a worker has at most all of them.
  expect(failures.length, failures[0]).toBeLessThanOrEqual(5 * 8);
  expect(await workers()).toHaveLength(5);
  const lost = sent - ((await countsSince(before))[KEY] ?? 0);
  const series = await samplesSince('request_count', since);
  const falls = series.flatMap(({ samples }) =>
    samples.filter(([, value], i) => value < (samples[i - 1]?.[1] ?? 0)),
  );
  const perWorkerSecond = sent / seconds / 5;
  if (setup.exact) {
    expect(falls).toEqual([]);
    // A request may be counted whose answer did not arrive any more.
    expect(lost).toBeGreaterThanOrEqual(-failures.length);
    expect(lost, 'samples lost, against one second of a worker').toBeLessThan(5 * perWorkerSecond);
  }
  saveFigure(
    setup.name,
    'kill -9 of a worker, five times',
    `${sent} requests answered, ${failures.length} failed, p99 ${quantile(latencies, 0.99).toFixed(1)} ms; ` +
      (setup.exact
        ? `${lost} samples lost (${(lost / 5 / perWorkerSecond).toFixed(2)} s of one worker's traffic each time)`
        : `the counter went down ${falls.length} times`),
  );
});

test('Prometheus killed: its history is there afterwards, and it scrapes on', async () => {
  const since = Date.now() / 1000;
  await settle(2);
  const before = await scrapeTimes(since);
  await make('kill', 'SERVICE=prometheus');
  await make('start', 'SERVICE=prometheus');
  await poll({
    expectation: 'Prometheus to answer again',
    timeoutMs: 40_000,
    attempt: async () => expect(await queryOne('vector(1)')).toBe(1),
  });
  await settle(2);
  const after = await scrapeTimes(since);
  expect(after.slice(0, before.length), 'the scrapes from before').toEqual(before);
  expect(after.length).toBeGreaterThanOrEqual(before.length + 2);
  const gap = (after[before.length] as number) - (before.at(-1) as number);
  saveFigure(
    setup.name,
    'Prometheus killed',
    `all ${before.length} scrapes from before are there; a gap of ${gap.toFixed(0)} s`,
  );
});

if (setup.exact) {
  test('the exporter away for 15 s under load: no request fails or slows', async () => {
    const before = await countsOnceSettled();
    const load = startLoad({ url: webapp, clients: 4 });
    await serves(load, 5);
    const calm = load.answers();
    const memoryBefore = await memory();
    await make('stop', 'SERVICE=statsd-exporter');
    await serves(load, 15);
    const during = load.answers();
    await make('start', 'SERVICE=statsd-exporter');
    const back = Date.now() / 1000;
    await poll({
      expectation: 'samples from after the return in Prometheus',
      timeoutMs: 10_000,
      attempt: async () => expect(await queryOne('min(timestamp(request_count))')).toBeGreaterThan(back),
    });
    const seconds = Date.now() / 1000 - back;
    const { answered: answers, failures, latencies } = await load.stop();
    const memoryAfter = await memory();

    expect(failures).toEqual([]);
    const p99Before = quantile(latencies.slice(0, calm), 0.99);
    const p99During = quantile(latencies.slice(calm, during), 0.99);
    expect(p99During, 'p99 in ms while the exporter is away').toBeLessThan(2 * p99Before + 5);
    expect(memoryAfter, 'bytes of all workers').toBeLessThan(1.25 * memoryBefore + 50e6);
    // The exporter begins at zero, so what it counts now came after its return.
    const counted = (await countsOnceSettled())[KEY] ?? 0;
    saveFigure(
      setup.name,
      'exporter away for 15 s',
      `${answers[KEY]} requests answered, none failed; p99 ${p99Before.toFixed(1)} ms before, ${p99During.toFixed(1)} ms meanwhile; ` +
        `memory ${megabytes(memoryBefore)} before, ${megabytes(memoryAfter)} after; metrics again after ${seconds.toFixed(0)} s; ` +
        `the counter was at ${before[KEY]} before, and began again at zero: ${counted} counted since`,
    );
  });
}

if (setup.exact && process.env.STACK_RUNTIME === 'docker') {
  test('the exporter comes back with another address: it is found within 10 s', async () => {
    const load = startLoad({ url: webapp, clients: 4 });
    await answered(load, 500);
    const before = await addressOf(await compose('ps', '--quiet', 'statsd-exporter'));
    await compose('rm', '--stop', '--force', 'statsd-exporter');
    // Somebody else gets the address that is free now.
    const occupants: string[] = [];
    do occupants.push(await runOccupant());
    while (occupants.length < 20 && (await addressOf(occupants.at(-1))) !== before);
    await compose('up', '--detach', '--no-deps', 'statsd-exporter');
    const back = Date.now() / 1000;
    expect(await addressOf(await compose('ps', '--quiet', 'statsd-exporter'))).not.toBe(before);
    await poll({
      expectation: 'requests counted by the new exporter',
      timeoutMs: 10_000,
      attempt: async () => {
        expect(await queryOne('min(timestamp(request_count))')).toBeGreaterThan(back);
        expect(await queryOne('sum(request_count)')).toBeGreaterThan(0);
      },
    });
    const seconds = Date.now() / 1000 - back;
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
    await runCommand('docker', ['rm', '--force', ...occupants], {}, false);
    saveFigure(
      setup.name,
      'exporter with another address',
      `no request failed; metrics again after ${seconds.toFixed(0)} s`,
    );
  });
}

/** Starts one more exporter, which nothing sends to. */
async function runOccupant(): Promise<string> {
  const output = await compose('run', '--detach', '--no-deps', 'statsd-exporter');
  return output.trim().split('\n').at(-1) ?? '';
}

async function addressOf(container = ''): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const args = ['inspect', '--format', format, container.trim()];
  return (await runCommand('docker', args, {}, false)).output.trim();
}

async function compose(...args: string[]): Promise<string> {
  const { code, output } = await runCommand('docker', ['compose', ...args], {}, false);
  if (code !== 0) throw new Error(`docker compose ${args.join(' ')} ended with exit code ${code}: ${output}`);
  return output;
}

/** When the target that has the app's metrics was scraped. */
async function scrapeTimes(since: number): Promise<number[]> {
  const [series] = await samplesSince('up{job!="prometheus"}', since);
  return series?.samples.map(([time]) => time) ?? [];
}

/** Waits for some seconds, in each of which the load has to get answers. */
async function serves(load: Load, seconds: number): Promise<void> {
  for (let second = 1; second <= seconds; second++) {
    const reached = load.answers();
    const end = Date.now() + 1000;
    await poll({
      expectation: `answers in second ${second} of ${seconds}`,
      timeoutMs: 3000,
      attempt: async () => {
        expect(load.answers()).toBeGreaterThan(reached);
        expect(Date.now()).toBeGreaterThanOrEqual(end);
      },
    });
  }
}

async function answered(load: Load, count: number): Promise<void> {
  await poll({
    expectation: `${count} answers`,
    timeoutMs: 20_000,
    attempt: async () => expect(load.answers()).toBeGreaterThanOrEqual(count),
  });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
