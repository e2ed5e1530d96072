import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuditTail } from '../../hack/bench/audit-tail.ts';

function entry(name: string): string {
  const user = { username: 'admin' };
  const times = { requestReceivedTimestamp: '2026-01-02T03:04:05Z', stageTimestamp: '2026-01-02T03:04:05Z' };
  const said = { stage: 'ResponseComplete', verb: 'create', requestURI: '/', user, objectRef: { name }, ...times };
  return `${JSON.stringify(said)}\n`;
}

describe('AuditTail', () => {
  let dir: string;
  let file: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parapet-audit-'));
    file = join(dir, 'audit.log');
  });
  after(() => rm(dir, { recursive: true }));

  it('tells of each request once, from where it was opened on, and of a line when it is whole', async () => {
    await writeFile(file, entry('before'));
    const tail = await AuditTail.open(file);
    const names = async (): Promise<readonly string[]> => (await tail.read()).map(({ name }) => name);
    expect(await names()).to.deep.equal([]);
    const [half, rest] = [entry('zwei-ü').slice(0, 99), entry('zwei-ü').slice(99)];
    await appendFile(file, entry('one') + half);
    expect(await names()).to.deep.equal(['one']);
    await appendFile(file, rest + entry('three'));
    expect(await names()).to.deep.equal(['zwei-ü', 'three']);
    expect(await names()).to.deep.equal([]);
  });

  it('reads a long log to its end, a part at a time', async () => {
    const tail = await AuditTail.open(file);
    const names = Array.from({ length: 40 }, (_, index) => `${index}-${'x'.repeat(500_000)}`); // 20 MB
    await appendFile(file, names.map(entry).join(''));
    const all = await tail.read();
    expect(all.map(({ name }) => name.length)).to.deep.equal(names.map(({ length }) => length));
  });
});
