import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createProgram } from '../../src/commands/program.ts';
import { createWorkspace, parapet } from './support/workspace.ts';

const page = new URL('../../docs/cli.md', import.meta.url);
const guide = readFileSync(page, 'utf8');
const { commands } = createProgram({ run: () => Promise.resolve(), print: () => undefined });

describe('docs/cli.md', () => {
  it('names only flags that exist', () => {
    const known = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long)));
    for (const [, flag = ''] of guide.matchAll(/(?<=[\s`(])(--[a-z]+(?:-[a-z]+)*)/g)) expect(known).to.include(flag);
  });

  it('tells of every command but those that change or print nothing of interest', () => {
    for (const command of commands.filter((each) => !['run', 'version'].includes(each.name()))) {
      expect(guide).to.match(new RegExp(`^## .*: ${command.name()}$`, 'm'));
    }
  });

  it('has platform facts that can be copied', async () => {
    const [, facts = ''] = /```yaml\n# platform\.yaml\n([\s\S]*?)```/.exec(guide) ?? [];
    const files = await createWorkspace();
    await files.write({
      'platform.yaml': facts,
      'namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n',
    });
    const from = ['--manifests', files.path('namespace.yaml'), '--platform', files.path('platform.yaml')];
    const { code, out, err } = await parapet('explain', 'a', ...from);
    await files.remove();
    expect(code, err).to.equal(0);
    expect(out).to.include('API server: 10.96.0.1:443, 192.168.1.10:6443');
  });

  it('links only to what is there', () => {
    for (const [, target = ''] of guide.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      expect(existsSync(new URL(target, page)), target).to.equal(true);
    }
  });
});
