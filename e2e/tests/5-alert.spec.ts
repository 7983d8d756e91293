import { expect, test } from 'playwright/test';
import { queryOne } from '../src/prometheus.ts';
import { webapp } from '../src/stack.ts';
import { sendTraffic } from '../src/traffic.ts';
import { settle } from '../src/truth.ts';
import { setup } from './setup.ts';

const FIRING = 'count(ALERTS{alertname="RequestCountWentDown", alertstate="firing"})';

test('RequestCountWentDown fires where the counter goes down, and nowhere else', async () => {
  await sendTraffic({ url: webapp, total: 203 });
  if (setup.exact) {
    // As many scrapes as show the fall elsewhere, each followed by an evaluation of the rules.
    await settle(6);
    expect(await queryOne(FIRING)).toBeUndefined();
  } else {
    await expect
      .poll(() => queryOne(FIRING), { message: 'firing alerts RequestCountWentDown', timeout: 90_000 })
      .toBeGreaterThan(0);
  }
});
