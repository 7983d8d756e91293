import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, test } from 'node:test';
import { ask, CommandError, lastLines } from '../src/command.ts';
import { type Outcome, runTsx } from './support/process.ts';

/** Runs one call of command.ts in a process of its own, for what it writes. An error that it throws ends that process. */
function inOwnProcess(call: string): Promise<Outcome> {
  const code = `import * as command from './stack/src/command.ts';
    await command.${call}.catch((error) => { console.error(String(error)); process.exitCode = 1; });`;
  return runTsx(['--input-type=module', '--eval', code], {});
}

describe('ask', () => {
  test('gives what the command wrote on stdout, and nothing else', async () => {
    assert.equal(await ask('sh', ['-c', 'echo one; echo two >&2; echo three']), 'one\nthree\n');
  });

  test('passes arguments as they are, without a shell', async () => {
    assert.equal(await ask('printf', ['%s|', 'two words', '$HOME', '*', '']), 'two words|$HOME|*||');
  });

  test('gives long output whole, with characters that a chunk cuts in two', async () => {
    const text = '€'.repeat(300_000);
    const answer = await ask(process.execPath, ['-e', "process.stdout.write('€'.repeat(300_000))"]);
    assert.equal(answer.length, text.length);
    assert.ok(answer === text);
  });

  test('adds variables to the environment, and takes away those that are undefined', async () => {
    const script = 'const { COLOUR, HOME, PATH } = process.env; console.log(COLOUR, HOME, typeof PATH)';
    const env = { COLOUR: 'blue', HOME: undefined };
    assert.equal(await ask(process.execPath, ['-e', script], { env }), 'blue undefined string\n');
  });

  test('runs in the folder that it is given', async () => {
    const here = await ask('sh', ['-c', 'pwd -P'], { cwd: '/' });
    assert.equal(here, '/\n');
  });

  test('has nothing to read from: a command that asks gets an end, not a wait', async () => {
    assert.equal(await ask('cat', []), '');
  });
});

describe('a command that fails', () => {
  const cases: [string, string, string[], string, string][] = [
    [
      'with an exit code',
      'sh',
      ['-c', 'echo why >&2; exit 3'],
      'sh -c echo why >&2; exit 3: exit code 3',
      'why\n',
    ],
    ['with an exit code and no word', 'false', [], 'false: exit code 1', ''],
    [
      'by a signal',
      'sh',
      ['-c', 'echo out; kill -TERM $$'],
      'sh -c echo out; kill -TERM $$: ended by SIGTERM',
      'out\n',
    ],
    [
      'because it is not there',
      'no-such-program',
      ['--version'],
      'no-such-program --version: spawn no-such-program ENOENT',
      '',
    ],
    ['because it cannot be executed', tmpdir(), [], `${tmpdir()}: spawn ${tmpdir()} EACCES`, ''],
  ];
  for (const [how, command, args, message, output] of cases) {
    test(`${how}: the error has the command, the reason and the output`, async () => {
      const error = await ask(command, args).catch((reason) => reason);
      assert.ok(error instanceof CommandError);
      assert.deepEqual([error.message, error.output], [message, output]);
    });
  }

  test('the output has both streams', async () => {
    const error = await ask('sh', ['-c', 'echo out; echo err >&2; exit 1']).catch((reason) => reason);
    assert.deepEqual(error.output.split('\n').sort(), ['', 'err', 'out']);
  });
});

describe('in a log', () => {
  const cases: [string, string, Outcome][] = [
    [
      'run writes the title, and keeps the output to itself',
      "run('compiling', 'sh', ['-c', 'echo out; echo err >&2'])",
      { code: 0, stdout: '', stderr: 'compiling\n' },
    ],
    [
      'run that fails writes the title, and throws',
      "run('compiling', 'sh', ['-c', 'exit 2'])",
      { code: 1, stdout: '', stderr: 'compiling\nCommandError: sh -c exit 2: exit code 2\n' },
    ],
    [
      'show passes the output on',
      "show('sh', ['-c', 'echo out; echo err >&2'])",
      { code: 0, stdout: 'out\n', stderr: 'err\n' },
    ],
  ];
  for (const [behaviour, call, outcome] of cases) {
    test(behaviour, async () => {
      assert.deepEqual(await inOwnProcess(call), outcome);
    });
  }
});

describe('lastLines', () => {
  const cases: [string, number, string][] = [
    ['a\nb\nc\n', 2, 'b\nc'],
    ['a\nb\nc', 5, 'a\nb\nc'],
    ['a\n\n  \nb\n\n', 2, 'a\nb'],
    ['  indented\n', 1, '  indented'],
    ['', 3, ''],
  ];
  for (const [text, count, expected] of cases) {
    test(`${count} of ${JSON.stringify(text)} are ${JSON.stringify(expected)}`, () => {
      assert.equal(lastLines(text, count), expected);
    });
  }
});
