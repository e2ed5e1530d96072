import { expect } from 'chai';
import fc from 'fast-check';
import { TransportError } from '../../src/errors.ts';
import { lines } from '../../src/kube/lines.ts';

const TEXT = '{"a":"ä€😀"}\n\n{"b":"ü"}\n';
const LINES = ['{"a":"ä€😀"}', '', '{"b":"ü"}'];

describe('lines', () => {
  it('splits at newlines wherever a chunk ends, also inside a character', async () => {
    const bytes = Buffer.from(TEXT);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await collect([bytes.subarray(0, at), bytes.subarray(at)]), `cut at byte ${at}`).to.deep.equal(LINES);
    }
  });

  it('gives back any text in any chunking', async () => {
    const text = fc.array(fc.string({ unit: 'binary' }).map((line) => line.replaceAll('\n', '')));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(40)), async (expected, cuts) => {
        const bytes = Buffer.from(expected.map((line) => `${line}\n`).join(''));
        expect(await collect(cut(bytes, cuts))).to.deep.equal(expected);
      }),
    );
  });

  it('refuses a line beyond the limit instead of holding it', async () => {
    const endless = Array.from({ length: 10 }, () => Buffer.alloc(50, 'x'));
    await expectMalformed(collect(endless, 100), 'longer than 100 bytes');
  });

  it('refuses an end inside a line: half an event is no event', async () => {
    await expectMalformed(collect([Buffer.from('{"a":1}\n{"b"')]), 'ended inside a line');
  });
});

async function collect(chunks: readonly Uint8Array[], limit = 1_000_000): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines(stream(chunks), limit)) all.push(line);
  return all;
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(bytes.subarray(at, at + size));
    at = Math.min(bytes.length, at + size);
  }
  return [...parts, bytes.subarray(at)];
}

async function expectMalformed(promise: Promise<unknown>, text: string): Promise<void> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).to.be.instanceOf(TransportError);
  expect(error).to.include({ code: 'Malformed' });
  expect((error as Error).message).to.contain(text);
}
