// Sends traffic for some minutes to the set-up that is up, and takes a picture of the graph that make's link opens.
import { chromium } from 'playwright';
import { launchOptions } from './browser.ts';
import { webapp } from './stack.ts';
import { sendTraffic } from './traffic.ts';
import { settle } from './truth.ts';

/** Four and a half minutes of traffic, most of the graph's five. */
const TRAFFIC = { total: 8100, rate: 30 };

const [file = ''] = process.argv.slice(2);

console.error(`sending traffic for ${TRAFFIC.total / TRAFFIC.rate} s`);
await sendTraffic({ url: webapp, ...TRAFFIC });
await settle();

const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
  await page.goto(process.env.GRAPH_LINK ?? '');
  await page.getByText('request_count{').first().waitFor();
  await page.screenshot({ path: file });
  console.error(`written: ${file}`);
} finally {
  await browser.close();
}
