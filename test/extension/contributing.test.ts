import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { role } from '../../src/slots/role.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

function found(pattern: RegExp): readonly string[] {
  return [...page.matchAll(pattern)].map(([, match = '']) => match);
}

describe('CONTRIBUTING.md', () => {
  it('names files and folders that exist', () => {
    const linked = found(/\]\(([^)]+)\)/g);
    const quoted = found(/`((?:\.ci|src|test|hack|config|crds|docs)\/[\w./-]*)`/g);
    expect(quoted).to.have.length.greaterThan(20);
    expect([...linked, ...quoted].filter((path) => !existsSync(join(root, path)))).to.deep.equal([]);
  });

  it('names targets that make has', () => {
    const makefile = readFileSync(join(root, 'Makefile'), 'utf8');
    const targets = found(/(?:`|&& )make ([a-z-]+)/g);
    expect(targets).to.include.members(['help', 'verify', 'test']);
    expect(targets.filter((target) => !makefile.includes(`.PHONY: ${target}\n`))).to.deep.equal([]);
  });

  it('explains every member of the slot contract', () => {
    const members = role.objects.flatMap((objectKind) => Object.keys(objectKind));
    const explained = found(/^ {3}\| `(\w+)` \|/gm);
    expect(explained).to.include.members([...Object.keys(role), ...members]);
  });
});
