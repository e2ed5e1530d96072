import { open, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { auditedRequest, isOperators } from './audited-request.ts';
import type { AuditedRequest } from './audited-request.ts';

/** However long the log has become unread: so much of it is in memory at once. */
const CHUNK_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Follows an audit log from where it is opened on; each request is handed out once, and not kept. */
export class AuditTail {
  readonly #file: string;
  #offset: number;

  private constructor(file: string, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /** From the present end of the log on. */
  static async open(file: string): Promise<AuditTail> {
    return new AuditTail(file, (await stat(file)).size);
  }

  /** What has come since the last call, in the order of the answers; an entry is in the file before its answer is out. */
  async read(): Promise<readonly AuditedRequest[]> {
    const handle = await open(this.#file);
    try {
      const { size } = await handle.stat();
      const requests: AuditedRequest[] = [];
      for (let whole = true; whole && this.#offset < size;) {
        const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size - this.#offset));
        await handle.read({ buffer, position: this.#offset });
        const end = buffer.lastIndexOf(NEWLINE) + 1; // the last line may still be being written
        this.#offset += end;
        whole = end > 0;
        for (const line of buffer.toString('utf8', 0, end).split('\n')) requests.push(...parsed(line));
      }
      return requests;
    } finally {
      await handle.close();
    }
  }

  /** The operator's committed writes since the last call. */
  async written(): Promise<readonly AuditedRequest[]> {
    return (await this.read()).filter(isOperators);
  }

  /** Resolves once nobody, not even kube-controller-manager, has written for so long. What comes meanwhile is gone. */
  async quiet(calmMs = 40): Promise<void> {
    for (let busy = true; busy;) {
      await delay(calmMs);
      busy = (await this.read()).some(({ writes, resource }) => writes && resource !== 'leases');
    }
  }

  /** Resolves once the operator hasn't written for so long, with what it wrote until then. */
  async settled(calmMs: number): Promise<readonly AuditedRequest[]> {
    const all: AuditedRequest[] = [];
    for (let before = -1; before < all.length;) {
      before = all.length;
      await delay(calmMs);
      all.push(...(await this.written()));
    }
    return all;
  }
}

function parsed(line: string): readonly AuditedRequest[] {
  return line === '' ? [] : [auditedRequest(line) ?? []].flat();
}
