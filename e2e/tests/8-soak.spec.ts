import { expect, test } from 'playwright/test';
import { asCounts, countsOnceSettled, countsSince } from '../src/counts.ts';
import { memory } from '../src/make.ts';
import { saveFigure } from '../src/report.ts';
import { webapp } from '../src/stack.ts';
import { sendTraffic } from '../src/traffic.ts';
import { setup } from './setup.ts';

/** `make soak` sends a million; the figure for memory needs that many, since a worker takes some time to warm up. */
const total = Number(process.env.SOAK_REQUESTS || 50_000);
const ENOUGH_FOR_MEMORY = 500_000;

if (setup.exact) {
  test(`${total} requests without a pause: counted to the last one`, async () => {
    // At a thousand a second, and some more for waiting.
    test.setTimeout(total + 120_000);
    const before = await countsOnceSettled();
    const start = Date.now();
    let firstTenth = Promise.resolve(0);
    const sent = await sendTraffic({
      url: webapp,
      total,
      clients: 16,
      concurrent: true,
      onProgress(done) {
        if (done === Math.floor(total / 10)) firstTenth = memory();
        if (done % 100_000 === 0) console.error(`${done} of ${total} requests`);
      },
    });
    const seconds = (Date.now() - start) / 1000;
    const [early, late] = [await firstTenth, await memory()];

    expect(await countsSince(before)).toEqual(asCounts(sent));
    if (total >= ENOUGH_FOR_MEMORY) expect(late, 'bytes of all workers').toBeLessThan(1.1 * early + 20e6);
    saveFigure(
      setup.name,
      `${total} requests without a pause`,
      `all counted; ${Math.round(total / seconds)} a second; memory of the workers ` +
        `${Math.round(early / 1e6)} MB after the first tenth, ${Math.round(late / 1e6)} MB after the last`,
    );
  });
}
