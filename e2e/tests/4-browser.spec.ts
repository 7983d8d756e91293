/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { expect, type Page, test } from 'playwright/test';
import { query } from '../src/prometheus.ts';
import { prometheus, webapp } from '../src/stack.ts';
import { sendTraffic } from '../src/traffic.ts';
import { settle } from '../src/truth.ts';

// Prometheus 3's page and the older page of Debian's package name their parts alike; so one spec does for both.

test.beforeAll(async () => {
  await sendTraffic({ url: webapp, total: 203 });
  await settle();
});

test('a person types request_count, executes it, and reads what the API says', async ({ page }) => {
  await page.goto(prometheus);
  await page.getByRole('textbox').first().fill('request_count');
  // The next scrape may come between the page's query and ours: then both are asked again.
  await expect(async () => {
    await page.getByRole('button', { name: 'Execute' }).click();
    await expect(page.getByRole('row').filter({ hasText: 'request_count{' })).not.toHaveCount(0);
    const expected = await query('request_count');
    const rows = await readRows(page);
    expect(rows).toHaveLength(expected.length);
    for (const { labels, value } of expected) {
      const { __name__, ...others } = labels;
      const parts = Object.entries(others).map(([name, text]) => `${name}="${text}"`);
      const row = rows.find(({ series }) => parts.every((part) => series.includes(part)));
      expect(row, `a row for ${parts.join(', ')}`).toBeDefined();
      expect(Number(row?.value)).toBe(value);
    }
  }).toPass({ timeout: 60_000 });
});

test('the link that make prints opens the graph, with a line in it', async ({ page }) => {
  const link = process.env.GRAPH_LINK ?? '';
  expect(link).toContain('g0.expr=request_count');
  await page.goto(link);
  await expect(page.getByText('request_count{').first()).toBeVisible();
  await expect.poll(() => lineLength(page), { message: 'pixels of a coloured line' }).toBeGreaterThan(20);
});

/** The rows of the table of results: the series in its first cell, the value in its last. */
async function readRows(page: Page): Promise<{ series: string; value: string }[]> {
  const rows = await page.getByRole('row').filter({ hasText: 'request_count{' }).all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.getByRole('cell').allInnerTexts();
      return { series: cells[0] ?? '', value: cells.at(-1)?.trim() ?? '' };
    }),
  );
}

/** How much of a coloured line the graph has, in pixels: axes, grid and text are grey. */
function lineLength(page: Page): Promise<number> {
  return page.evaluate(() => {
    const isColoured = ([red = 0, green = 0, blue = 0]: number[]) =>
      Math.max(red, green, blue) - Math.min(red, green, blue) > 40;
    let length = 0;
    for (const canvas of document.querySelectorAll('canvas')) {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      };
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] && isColoured([...data.slice(i, i + 3)])) length++;
    }
    for (const path of document.querySelectorAll<SVGPathElement>('svg path[stroke]')) {
      const colour = getComputedStyle(path).stroke.match(/\d+/g)?.map(Number) ?? [];
      if (isColoured(colour)) length += path.getTotalLength();
    }
    return length;
  });
}
