import { open } from 'node:fs/promises';

/** What a growing file holds from a byte on, and where it ends by now. */
export async function readFrom(file: string, from: number): Promise<{ readonly text: string; readonly end: number }> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.max(0, size - from));
    await handle.read({ buffer, position: from });
    return { text: buffer.toString('utf8'), end: size };
  } finally {
    await handle.close();
  }
}
