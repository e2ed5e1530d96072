import { TransportError } from '../errors.ts';

const NEWLINE = 0x0a;

/**
 * Splits a byte stream into lines. Works on bytes, because a chunk may end inside a character and a newline byte never
 * lies within one. A line beyond `limit` bytes, or an end inside a line, is an error: half an event is no event.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  let rest: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield text([...rest, chunk.subarray(start, end)]);
      rest = [];
      held = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > limit) throw new TransportError('Malformed', `a line of the stream is longer than ${limit} bytes`);
  }
  if (held > 0) throw new TransportError('Malformed', 'the stream ended inside a line');
}

function text(parts: readonly Uint8Array[]): string {
  const only = parts[0];
  if (parts.length === 1 && only !== undefined)
    return Buffer.from(only.buffer, only.byteOffset, only.length).toString('utf8');
  return Buffer.concat(parts).toString('utf8');
}
