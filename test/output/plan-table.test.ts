import { expect } from 'chai';
import { planMarkdown } from '../../src/output/plan-markdown.ts';
import { planTable } from '../../src/output/plan-table.ts';
import type { NamespacePreview, Preview } from '../../src/output/preview.ts';
import { aligned, someOf } from '../../src/output/text.ts';

const shorten = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));

function namespace(name: string, value = '1'): NamespacePreview {
  return {
    namespace: name,
    selectedBy: { before: ['a', 'b'], after: ['b', 'c'] },
    closed: { before: [], after: ['Egress'] },
    changes: [
      {
        action: 'recreate',
        slot: 'ResourceQuota/parapet-x',
        policies: ['c'],
        dueAnyway: true,
        diffs: [{ pointer: '/spec/hard/pods', live: value, actor: 'unknown' }],
      },
    ],
    findings: [],
  };
}

function preview(...namespaces: readonly NamespacePreview[]): Preview {
  const names = namespaces.map((each) => each.namespace);
  return {
    summary: {
      namespaces: {
        total: names.length,
        matched: names.length,
        newlyMatched: names,
        noLongerMatched: [],
        changed: names,
        newlyDenied: names,
      },
      objects: { created: 0, changed: names.length, deleted: 0, dueAnyway: 1 },
    },
    policies: [],
    namespaces,
  };
}

describe('planTable', () => {
  it('says what comes, what goes, and what was due anyway', () => {
    expect(planTable(preview(namespace('team')), shorten).split('\n\n')[1]).to.equal(
      [
        'team: selected by b, c (newly c; no longer a)',
        '  closed for every pod: Egress (newly Egress)',
        '  ± ResourceQuota/parapet-x (c, deleted and created again, due anyway)',
        '      /spec/hard/pods: "1" -> (absent)',
        '',
      ].join('\n'),
    );
  });

  it('names the reason of what is well and says something of itself all the same', () => {
    const finding = { slot: 'NetworkPolicy/x', state: 'OK', reason: 'NotEffective', message: 'why' } as const;
    const told = { ...namespace('team'), changes: [], findings: [{ ...finding, policies: ['a'], diffs: [] }] };
    expect(planTable(preview(told), shorten)).to.include('  ! NetworkPolicy/x: NotEffective: why\n');
  });

  it('names ten namespaces and counts the others', () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    expect(planTable(preview(...names.map((name) => namespace(name))), shorten)).to.include(
      'newly matched: 12 (n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more)',
    );
  });
});

describe('planMarkdown', () => {
  it('lets no text of a tenant out of its block', () => {
    const text = planMarkdown(preview(namespace('team', '```\n# owned')), shorten);
    expect(text)
      .to.match(/^````text$/m)
      .and.match(/^````$/m);
  });

  it('stays below what a comment may hold', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => namespace(`n${index}`));
    const text = planMarkdown(preview(...many), shorten);
    expect(text.length).to.be.below(65_536);
    expect(text).to.include('… cut: -o json has everything');
  });
});

describe('aligned', () => {
  it('pads to the widest cell and leaves no space at the end', () => {
    expect(
      aligned([
        ['A', 'B'],
        ['long', 'x'],
      ]),
    ).to.deep.equal(['A      B', 'long   x']);
  });
});

describe('someOf', () => {
  it('names all where they are few', () => expect(someOf(['a', 'b'])).to.equal('a, b'));
});
