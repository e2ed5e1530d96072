import { identify, spelledCall } from './call-identity.ts';
import type { ArrivedCall, ProxiedCall } from './proxied-call.ts';

/** A call as it is being written down. */
export type OpenCall = { -readonly [member in keyof ProxiedCall]: ProxiedCall[member] };

/** Everything that was asked, in the order of arrival. */
export class CallLog {
  readonly #calls: OpenCall[] = [];
  readonly #counts = new Map<string, number>();
  #seq = 0;

  get calls(): readonly ProxiedCall[] {
    return this.#calls;
  }

  /** Writes a call down; what becomes of it is written into what is returned. */
  arrived(request: Pick<ArrivedCall, 'method' | 'url' | 'body' | 'arrivedAt'>): OpenCall {
    const identity = identify(request.method, request.url, request.body);
    const key = spelledCall(identity);
    const n = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, n);
    this.#seq += 1;
    const call: OpenCall = { ...identity, ...request, seq: this.#seq, n };
    this.#calls.push(call);
    return call;
  }

  /** Takes the calls out that are no longer of interest, so that a long run doesn't grow; numbers go on counting. */
  forget(isOver: (call: ProxiedCall) => boolean): void {
    const kept = this.#calls.filter((call) => !isOver(call));
    this.#calls.splice(0, this.#calls.length, ...kept);
  }
}
