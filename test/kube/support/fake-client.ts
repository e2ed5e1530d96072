import type { Call, KubeClient, StreamCall } from '../../../src/kube/client.ts';
import type { Reply } from '../../../src/kube/reply.ts';

/** A client whose answers a test writes down. */
export interface FakeClient extends KubeClient {
  readonly calls: Call[];
  readonly streams: StreamCall[];
}

export interface Script {
  readonly request?: (call: Call) => Reply | Promise<Reply>;
  readonly stream?: (call: StreamCall) => AsyncGenerator<unknown, void, undefined>;
}

export function fakeClient(script: Script): FakeClient {
  const calls: Call[] = [];
  const streams: StreamCall[] = [];
  return {
    calls,
    streams,
    learnt: { watchListRefused: false },
    request: async (call) => {
      calls.push(call);
      return script.request === undefined ? { status: 404, body: undefined } : script.request(call);
    },
    stream: (call) => {
      streams.push(call);
      if (script.stream === undefined) throw new Error('no stream was expected');
      return script.stream(call);
    },
    close: async () => {},
  };
}
