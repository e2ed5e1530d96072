import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readFrom } from '../support/read-from.ts';
import { auditedRequest, isOperators } from './audited-request.ts';
import type { AuditedRequest } from './audited-request.ts';

/** Follows an audit log from where it is opened on; each request is handed out once, and not kept. */
export class AuditTail {
  readonly #file: string;
  #offset: number;
  #rest = '';

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
    const { text, end } = await readFrom(this.#file, this.#offset);
    this.#offset = end;
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => (line.startsWith('{') ? (auditedRequest(line) ?? []) : []));
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
