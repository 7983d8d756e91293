import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type LaunchOptions } from 'playwright';
import { findProgram } from '../../stack/src/programs.ts';

/** Names of Chromium and Chrome as packages install them, and where macOS has Chrome. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * The browser to test with: the system's Chromium or Chrome, else Playwright's own, downloaded once, else Debian's
 * package, where the user may install it.
 * @throws where none can be had, saying what to install
 */
export function ensureBrowser(): string {
  const found = findBrowser();
  if (found) return found;
  const failures: string[] = [];
  for (const { title, command, args } of sources()) {
    console.error(`no Chromium on this machine; fetching ${title}`);
    try {
      execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      failures.push(`${title}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    }
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Error(`no browser can be had (${failures.join('; ')}); install chromium`);
}

/** The browser that is there, if any. */
export function findBrowser(): string | undefined {
  const onPath = NAMES.map((name) => findProgram(name)).find((file) => file !== undefined);
  return onPath ?? [MACOS, chromium.executablePath()].find((file) => existsSync(file));
}

/** How Playwright starts the browser that is there. */
export function launchOptions(): LaunchOptions {
  const executablePath = findBrowser();
  return {
    ...(executablePath ? { executablePath } : {}),
    // Chromium refuses to run as root with its sandbox. Nothing is opened but the stack itself.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  };
}

function sources() {
  const playwright = path.join(import.meta.dirname, '../../node_modules/playwright/cli.js');
  const all = [
    { title: "Playwright's own", command: process.execPath, args: [playwright, 'install', 'chromium'] },
    {
      title: "Debian's package chromium",
      command: 'sh',
      args: ['-c', 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium'],
    },
  ];
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') ? all : all.slice(0, 1);
}
