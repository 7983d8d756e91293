import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ask, CommandError, lastLines, run } from './command.ts';
import { describeError } from './poll.ts';
import { findProgram } from './programs.ts';
import { downloadRelease } from './release.ts';
import { UserError } from './settings.ts';
import { readImages, versionOf } from './versions.ts';

/** The programs beside the web app, by their full paths. */
export type Tools = {
  prometheus: string;
  /** Arguments that this build of Prometheus needs beyond the usual ones. */
  prometheusArgs: string[];
  promtool: string;
  statsdExporter: string;
};

/** A way to get programs: puts them into the folder `target`, or throws. */
type Source = { title: string; fetch: (target: string) => Promise<void> };

/**
 * Finds Prometheus and statsd_exporter on the PATH or in local/.tools, and fetches there what is missing, once.
 * @throws {UserError} where no source has a program, saying what each one answered and what to install
 */
export async function ensureTools(root: string): Promise<Tools> {
  const target = path.join(root, 'local/.tools');
  const images = readImages(root);
  const prometheusVersion = versionOf(images.prometheus);
  const exporterVersion = versionOf(images.statsdExporter);

  const prometheusFolders = [path.join(target, 'prometheus'), path.join(target, 'debian/usr/bin')];
  const [prometheus, promtool] = await ensure(['prometheus', 'promtool'], prometheusFolders, [
    {
      title: `the release archive of Prometheus ${prometheusVersion}`,
      fetch: () => downloadRelease('prometheus', prometheusVersion, path.join(target, 'prometheus')),
    },
    {
      title: "Debian's package prometheus",
      fetch: () => unpackDebianPackage('prometheus', path.join(target, 'debian')),
    },
  ]);
  const [statsdExporter] = await ensure(
    ['statsd_exporter'],
    [path.join(target, 'statsd_exporter')],
    [
      {
        title: `the release archive of statsd_exporter ${exporterVersion}`,
        fetch: () =>
          downloadRelease('statsd_exporter', exporterVersion, path.join(target, 'statsd_exporter')),
      },
      {
        title: `go install statsd_exporter@v${exporterVersion}`,
        fetch: () =>
          goInstall(
            `github.com/prometheus/statsd_exporter@v${exporterVersion}`,
            path.join(target, 'statsd_exporter'),
          ),
      },
    ],
  );

  // Debian's build reads its pages from files, and looks for them where the package would have been installed.
  const assets = path.join(target, 'debian/usr/share/prometheus/web');
  const prometheusArgs =
    prometheus.startsWith(target) && existsSync(assets) ? [`--web.local-assets=${assets}`] : [];
  return { prometheus, prometheusArgs, promtool, statsdExporter };
}

type Paths<N> = { [K in keyof N]: string };

/** Full paths of programs: from the PATH, from the folders, or from the first source that works. */
async function ensure<const N extends string[]>(
  names: N,
  folders: string[],
  sources: Source[],
): Promise<Paths<N>> {
  const search = () => {
    const found = names.map((name) => findProgram(name, folders));
    return found.every((file) => file !== undefined) ? (found as Paths<N>) : undefined;
  };
  const failures: string[] = [];
  let found = search();
  for (const source of sources) {
    if (found) break;
    console.error(`${names[0]} is not on the PATH; fetching ${source.title}`);
    try {
      await source.fetch(folders[0] as string);
    } catch (error) {
      const reason =
        error instanceof CommandError ? lastLines(error.output, 1) || error.message : describeError(error);
      failures.push(`${source.title}: ${reason}`);
      console.error(`  not to be had: ${reason}`);
    }
    found = search();
  }
  if (!found) {
    throw new UserError(
      `${names.join(' and ')} cannot be found or fetched (${failures.join('; ')}); install ${names[0]} so that it is on the PATH, or start a Docker engine`,
    );
  }
  return found;
}

/**
 * Downloads a Debian package with the packages that its web pages need and unpacks them, without installing: no
 * service of its own starts, and root is not needed. apt's lists are kept in the target folder, too.
 */
async function unpackDebianPackage(name: string, target: string): Promise<void> {
  const scratch = `${target}.apt`;
  rmSync(scratch, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(path.join(scratch, folder), { recursive: true });
  }
  const own = ['-o', `Dir::State::Lists=${scratch}/lists`, '-o', `Dir::Cache=${scratch}/cache`];
  const unsandboxed = ['-o', 'APT::Sandbox::User='];
  try {
    await run('  reading the list of packages', 'apt-get', [...own, 'update', '-qq']);
    const onlyDepends = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const depends = await ask('apt-cache', [...own, 'depends', '--recurse', ...onlyDepends, name]);
    const assets = depends.split('\n').filter((line) => /^(libjs|fonts)-/.test(line));
    await run('  downloading', 'apt-get', [...own, ...unsandboxed, 'download', '-qq', name, ...assets], {
      cwd: scratch,
    });
    mkdirSync(target, { recursive: true });
    const archives = (await ask('find', [scratch, '-maxdepth', '1', '-name', '*.deb'])).trim().split('\n');
    for (const archive of archives) await ask('dpkg-deb', ['--extract', archive, target]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Compiles a Go program into the target folder, with Go's caches in there as well while it lasts. */
async function goInstall(module: string, target: string): Promise<void> {
  const scratch = `${target}.go`;
  const env = {
    GOBIN: target,
    GOPATH: scratch,
    GOCACHE: path.join(scratch, 'cache'),
    GOFLAGS: '-modcacherw',
    CGO_ENABLED: '0',
  };
  try {
    await run('  compiling; this takes a minute', 'go', ['install', module], { env });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
