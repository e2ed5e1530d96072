import type { Dispatcher } from 'undici';
import { ApiError, TransportError } from '../errors.ts';
import { readReply, statusMessage } from './reply.ts';

/** What the API server said instead of opening a stream. */
export async function refusal(response: Dispatcher.ResponseData): Promise<ApiError> {
  const reply = await readReply(response);
  return new ApiError(reply.status, statusMessage(reply.status, reply.body), reply.retryAfterMs);
}

/** Whatever an attempt threw, as the one error callers know. The client's own text may quote a URL; the code is enough. */
export function transportError(error: unknown, signal: AbortSignal): TransportError {
  // An abort shows up as many errors; the signal knows which one it was.
  if (signal.aborted && signal.reason instanceof TransportError) return signal.reason;
  if (error instanceof TransportError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return new TransportError('Network', `no answer from the API server: ${code}`, { cause: error });
}
