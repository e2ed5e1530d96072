import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Verdict } from './campaign.ts';

/** The verdicts of a campaign so far, one line each: what is in it need not be run again. */
export class StateFile {
  readonly #path: string;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** What an interrupted campaign left; a last line that was cut off is left out. */
  async read(): Promise<readonly Verdict[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Verdict);
  }

  async clear(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await rm(this.#path, { force: true });
  }

  add(verdict: Verdict): void {
    this.#writing = this.#writing.then(() => appendFile(this.#path, `${JSON.stringify(verdict)}\n`));
  }

  /** Resolves when all that was added is in the file. */
  async written(): Promise<void> {
    await this.#writing;
  }
}
