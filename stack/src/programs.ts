import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The full path of a program on the PATH, or else in one of the folders; `undefined` where there is none. */
export function findProgram(name: string, folders: string[] = []): string | undefined {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return [...onPath, ...folders].map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
