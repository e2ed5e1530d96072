import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { readManifests } from '../../src/manifests/read-manifests.ts';

const object = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;

describe('readManifests', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parapet-manifests-'));
    const files = {
      'b.yml': object('b'),
      'a.yaml': object('a'),
      'c/deep/er.json': '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"er"}}',
      'kustomization.yaml': 'resources: [a.yaml]\n',
      '.github/workflow.yaml': 'on: push\n',
      'README.md': '# no manifest\n',
    };
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), text);
    }
  });
  after(() => rm(dir, { recursive: true }));

  const names = async (...paths: string[]): Promise<readonly string[]> =>
    (await readManifests(paths, Readable.from([object('piped')]))).map(({ object: { metadata } }) => metadata.name);

  it('reads directories to the bottom, by name, without what is no manifest', async () => {
    expect(await names(dir)).to.deep.equal(['a', 'b', 'er']);
  });

  it('reads single files, in the order given', async () => {
    expect(await names(join(dir, 'b.yml'), join(dir, 'a.yaml'))).to.deep.equal(['b', 'a']);
  });

  it('reads standard input for -', async () => {
    expect(await names('-')).to.deep.equal(['piped']);
    expect((await readManifests(['-'], Readable.from([object('x')])))[0]?.file).to.equal('<stdin>');
  });

  it('names a path that is not there', async () => {
    const failed = await readManifests([join(dir, 'none')]).catch((error: Error) => error.message);
    expect(failed).to.equal(`${join(dir, 'none')}: cannot be read: ENOENT`);
  });
});
