import { open } from 'node:fs/promises';
import { parseAuditLine } from '../support/audit-log.ts';
import type { AuditedRequest } from '../support/audit-log.ts';

/** Follows an audit log: every mutating request since the start, in the order of their answers. */
export class AuditTail {
  readonly writes: AuditedRequest[] = [];
  readonly #file: string;
  #offset = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads what has come since the last call; an entry is in the file before its answer is out. */
  async read(): Promise<readonly AuditedRequest[]> {
    const handle = await open(this.#file);
    try {
      const { size } = await handle.stat();
      if (size > this.#offset) this.#take(await readRange(handle, this.#offset, size));
      this.#offset = size;
    } finally {
      await handle.close();
    }
    return this.writes;
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const write = parseAuditLine(line);
      if (write !== undefined) this.writes.push(write);
    }
  }
}

async function readRange(handle: Awaited<ReturnType<typeof open>>, from: number, to: number): Promise<string> {
  const buffer = Buffer.alloc(to - from);
  await handle.read(buffer, 0, buffer.length, from);
  return buffer.toString();
}
