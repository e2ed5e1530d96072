import { TransportError } from '../errors.ts';
import { lines } from './lines.ts';
import { parseJson } from './reply.ts';

// etcd takes 1.5 MiB; as JSON with managedFields that stays well below.
const LINE_LIMIT = 16 * 1024 * 1024;

/** A stream of JSON lines, parsed. Tells of every chunk before it is read; throws a TransportError at what is no JSON. */
export async function* parsedLines(
  body: AsyncIterable<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<unknown, void> {
  for await (const line of lines(noticed(body, onBytes), LINE_LIMIT)) yield parsed(line);
}

async function* noticed(chunks: AsyncIterable<Uint8Array>, onBytes: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes();
    yield chunk;
  }
}

function parsed(line: string): unknown {
  const value = parseJson(line);
  if (value === undefined) throw new TransportError('Malformed', 'a line of the stream is not JSON');
  return value;
}
