// Sends traffic for some minutes to the set-up that is up, and takes a picture of the graph that make's link opens.
import { chromium } from 'playwright';
import { launchOptions } from './browser.ts';
import { webapp } from './stack.ts';
import { sendTraffic } from './traffic.ts';
import { settle } from './truth.ts';

/** Rounds of traffic, each followed by a scrape: some four minutes, most of the graph's five. */
const ROUNDS = 30;

const [file = ''] = process.argv.slice(2);

for (let round = 1; round <= ROUNDS; round++) {
  if (round % 5 === 1) console.error(`traffic for the graph: round ${round} of ${ROUNDS}`);
  await sendTraffic({ url: webapp, total: 67 });
  await settle();
}

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
