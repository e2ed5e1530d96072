import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ArrivedCall } from './proxied-call.ts';

/** A live watch, and what can happen to it. */
export interface ProxiedWatch {
  readonly call: ArrivedCall;
  readonly url: string;
  /** Events wait here until `release`, in their order. Always legal: a watch may lag. */
  hold(): void;
  /** Holds from the first event on that matches; whatever came before it is passed on. */
  holdFrom(matches: (line: string) => boolean): void;
  /** The events that wait. */
  held(): readonly string[];
  release(): void;
  /** A line the API server might have sent. */
  inject(line: unknown): void;
  /** The connection breaks without a word. */
  reset(): void;
  /** The stream ends as when its time is up; what waits is never seen on it. */
  end(): void;
  /** Nothing passes in either direction any more, and nobody is told: no FIN, no RST. */
  blackhole(): void;
  readonly closed: Promise<void>;
}

type Flow = 'passing' | 'held' | 'blackholed';

/** Passes a watch on, event by event. */
export function proxiedWatch(call: ArrivedCall, answer: IncomingMessage, response: ServerResponse): ProxiedWatch {
  let flow: Flow = 'passing';
  let holdsFrom: ((line: string) => boolean) | undefined;
  let waiting: string[] = [];
  let ended = false;
  const take = (line: string): void => {
    if (flow === 'passing' && holdsFrom?.(line) === true) flow = 'held';
    if (flow === 'passing') response.write(`${line}\n`);
    else if (flow === 'held') waiting.push(line);
  };
  response.flushHeaders();
  eachLine(answer, take);
  answer.on('end', () => {
    ended = true;
    if (flow === 'passing') response.end();
  });
  answer.on('error', () => flow !== 'blackholed' && response.socket?.destroy());
  return {
    call,
    url: call.url,
    hold: () => void (flow = 'held'),
    holdFrom: (matches) => void (holdsFrom = matches),
    held: () => waiting,
    release: () => {
      flow = 'passing';
      holdsFrom = undefined;
      for (const line of waiting) response.write(`${line}\n`);
      waiting = [];
      if (ended) response.end();
    },
    inject: (line) => response.write(`${JSON.stringify(line)}\n`),
    reset: () => response.socket?.resetAndDestroy(),
    end: () => response.end(),
    blackhole: () => void (flow = 'blackholed'),
    closed: new Promise((resolve) => response.on('close', resolve)),
  };
}

/** By bytes: a chunk may end inside a character, and a newline byte never lies within one. */
function eachLine(answer: IncomingMessage, take: (line: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  answer.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      take(rest.subarray(0, end).toString('utf8'));
      rest = rest.subarray(end + 1);
    }
  });
}
