import { readFrom } from '../support/read-from.ts';
import { auditedWrite } from './audited-write.ts';
import type { AuditedWrite } from './audited-write.ts';

/** Follows an audit log: every mutating request since the start, in the order of their answers. */
export class AuditTail {
  readonly writes: AuditedWrite[] = [];
  readonly #file: string;
  #offset = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads what has come since the last call; an entry is in the file before its answer is out. */
  async read(): Promise<readonly AuditedWrite[]> {
    const { text, end } = await readFrom(this.#file, this.#offset);
    this.#offset = end;
    this.#take(text);
    return this.writes;
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const write = auditedWrite(line);
      if (write !== undefined) this.writes.push(write);
    }
  }
}
