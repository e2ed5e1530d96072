import { TransportError } from '../../../src/errors.ts';
import type { Call, KubeClient } from '../../../src/kube/client.ts';
import type { Lease } from '../../../src/kube/lease-record.ts';
import type { Reply } from '../../../src/kube/reply.ts';
import type { Timing } from '../../../src/kube/timing.ts';

/** How one process's calls fare. */
export type Weather = 'fine' | 'refused' | 'hangs' | 'reply lost';

/** One Lease with the API server's rules: create-only POST, PUT on the exact version. */
export class LeaseServer {
  lease: Lease | undefined;
  readonly calls: string[] = [];
  readonly #timing: Timing;
  #version = 0;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** A client as one process has it; `weather` is asked at every call. */
  client(weather: () => Weather = () => 'fine'): KubeClient {
    return {
      request: async (call) => this.#answer(call, weather()),
      stream: () => {
        throw new Error('no streams here');
      },
      learnt: { watchListRefused: false },
      close: async () => {},
    };
  }

  async #answer(call: Call, weather: Weather): Promise<Reply> {
    this.calls.push(call.method);
    if (weather === 'refused') throw new TransportError('Network', 'refused');
    const reply = weather === 'hangs' ? undefined : this.#carryOut(call);
    if (reply !== undefined && weather === 'fine') return reply;
    await this.#timing.sleep(call.deadlineMs ?? 0, call.signal);
    throw new TransportError('Deadline', 'no answer');
  }

  #carryOut({ method, body }: Call): Reply {
    const sent = body as Lease | undefined;
    if (method === 'POST') return this.lease === undefined ? this.#store(sent, 201) : refusal(409);
    if (this.lease === undefined) return refusal(404);
    if (method === 'GET') return { status: 200, body: this.lease };
    const expected = this.lease.metadata.resourceVersion;
    return sent?.metadata.resourceVersion === expected ? this.#store(sent, 200) : refusal(409);
  }

  #store(sent: Lease | undefined, status: number): Reply {
    if (sent === undefined) return refusal(400);
    this.#version += 1;
    this.lease = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(this.#version) } };
    return { status, body: this.lease };
  }
}

function refusal(status: number): Reply {
  return { status, body: { kind: 'Status', message: `status ${status}` } };
}
