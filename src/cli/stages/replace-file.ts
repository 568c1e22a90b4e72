import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** Writes a file anew, all of it or nothing: what stood there stays until the new text is on the disk. Its mode and links to it stay. */
export function replaceFile(path: string, text: string): void {
  const real = realpathSync(path);
  const aside = `${real}.${process.pid}.new`;
  try {
    writeFileSync(aside, text, { flush: true });
    chmodSync(aside, statSync(real).mode);
    renameSync(aside, real);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
