import { expect } from 'chai';
import fc from 'fast-check';
import { comparePodSecurity } from '../../src/semantics/pod-security.ts';
import { podSecurity } from '../../src/slots/pod-security.ts';
import type { Content, HeldObject } from '../../src/slots/slot-kind.ts';
import { claim, context } from './fold-context.ts';

const PREFIX = 'pod-security.kubernetes.io/';
type Labels = Readonly<Record<string, string>>;
type Block = Parameters<typeof podSecurity.validate>[0];

/** Labels by what follows the prefix. */
function content(labels: Labels): Content {
  const named = Object.entries(labels).map(([key, value]) => [`${PREFIX}${key}`, value]);
  return named.length === 0 ? {} : { metadata: { labels: Object.fromEntries(named) as Labels } };
}

function labelsOf(given: Content | undefined): Labels {
  const { labels = {} } = (given?.['metadata'] ?? {}) as { readonly labels?: Labels };
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.slice(PREFIX.length), value]));
}

function held(labels: Labels, frozen = true): HeldObject {
  const policies = ['z-held'];
  return { kind: 'Namespace', name: 'team-a', content: content(labels), policies, frozen: frozen ? policies : [] };
}

function fold(blocks: Readonly<Record<string, Block>>, ...others: readonly HeldObject[]) {
  const claims = Object.entries(blocks).map(([name, block]) => claim(name, block));
  const [desired] = podSecurity.fold(claims, context({ held: others }));
  return { labels: labelsOf(desired?.content), policies: desired?.policies, whole: desired?.claimedWhole };
}

describe('podSecurity: fold', () => {
  it('is the namespace itself, and of its labels those it asks for', () => {
    const [desired] = podSecurity.fold([claim('a', { enforce: 'baseline' })], context());
    expect(desired).to.include({ kind: 'Namespace', name: 'team-a' });
    expect(desired?.content).to.deep.equal({ metadata: { labels: { [`${PREFIX}enforce`]: 'baseline' } } });
  });

  it('takes the strictest of each mode, with its version, and names those who ask for it', () => {
    const folded = fold({
      a: { enforce: 'baseline', warn: 'restricted', version: 'v1.30' },
      b: { enforce: 'restricted', audit: 'baseline', version: 'v1.25' },
      c: { enforce: 'privileged' },
    });
    expect(folded.labels).to.deep.equal({
      enforce: 'restricted',
      'enforce-version': 'v1.25',
      audit: 'baseline',
      'audit-version': 'v1.25',
      warn: 'restricted',
      'warn-version': 'v1.30',
    });
    expect(folded.policies).to.deep.equal(['a', 'b']);
  });

  const versions: readonly (readonly [a: string | undefined, b: string | undefined, winner: string | undefined])[] = [
    ['v1.25', 'v1.31', 'v1.31'],
    ['v1.31', undefined, undefined],
    ['v1.9', 'v1.10', 'v1.10'],
    ['latest', 'v1.31', undefined],
    ['latest', undefined, undefined],
  ];
  for (const [a, b, winner] of versions) {
    it(`takes version ${winner ?? 'latest'} of ${a ?? 'none'} and ${b ?? 'none'} at one level`, () => {
      const block = (version: string | undefined): Block => ({ enforce: 'baseline', ...(version && { version }) });
      const { labels } = fold({ a: block(a), b: block(b) });
      expect(labels).to.deep.equal({ enforce: 'baseline', ...(winner && { 'enforce-version': winner }) });
    });
  }

  it('never becomes looser than what is held, and says who holds it', () => {
    const folded = fold({ a: { enforce: 'baseline', warn: 'restricted' } }, held({ enforce: 'restricted' }));
    expect(folded).to.deep.equal({
      labels: { enforce: 'restricted', warn: 'restricted' },
      policies: ['a', 'z-held'],
      whole: false,
    });
  });

  it('keeps a mode that is held only, as long as another is asked for', () => {
    expect(fold({ a: { enforce: 'baseline' } }, held({ audit: 'baseline' }, false))).to.deep.equal({
      labels: { enforce: 'baseline', audit: 'baseline' },
      policies: ['a', 'z-held'],
      whole: false,
    });
    expect(podSecurity.fold([], context({ held: [held({ audit: 'baseline' })] }))).to.deep.equal([]);
  });

  it('is the claims’ own where what is held is no stricter; a frozen holder stays on record', () => {
    expect(fold({ a: { enforce: 'baseline' } }, held({ enforce: 'baseline' }))).to.deep.equal({
      labels: { enforce: 'baseline' },
      policies: ['a', 'z-held'],
      whole: true,
    });
    expect(fold({ a: { enforce: 'baseline' } }, held({ enforce: 'baseline' }, false)).policies).to.deep.equal(['a']);
  });

  it('is for each mode as strict as the strictest claim, and no stricter', () => {
    const level = fc.constantFrom('privileged', 'baseline', 'restricted');
    const version = fc.constantFrom('latest', 'v1.25', 'v1.31');
    const block = fc.record({ enforce: level, audit: level, warn: level, version }, { requiredKeys: ['enforce'] });
    fc.assert(
      fc.property(fc.array(block as fc.Arbitrary<Block>, { minLength: 1, maxLength: 4 }), (blocks) => {
        const { labels } = fold(Object.fromEntries(blocks.map((each, index) => [`p${index}`, each])));
        for (const mode of ['enforce', 'audit', 'warn'] as const) {
          const asked = blocks.flatMap((each) => (each[mode] ? [{ level: each[mode], version: each.version }] : []));
          const found = labels[mode];
          if (asked.length === 0) expect(found).to.equal(undefined);
          const differences = asked.map((each) =>
            comparePodSecurity({ level: found ?? '', version: labels[`${mode}-version`] }, each),
          );
          if (asked.length > 0) expect(Math.min(...differences)).to.equal(0);
          expect(differences.every((difference) => difference >= 0)).to.equal(true);
        }
      }),
    );
  });
});

describe('podSecurity: settle', () => {
  const settle = podSecurity.objects[0]?.fields?.settle;

  const cases: readonly {
    readonly title: string;
    readonly wanted: Labels;
    readonly live: Labels;
    readonly own?: Labels;
    readonly stands: Readonly<Record<string, string | null>>;
  }[] = [
    { title: 'sets what is absent', wanted: { enforce: 'baseline' }, live: {}, stands: { enforce: 'baseline' } },
    {
      title: 'raises what is looser, whoever set it',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'privileged' },
      stands: { enforce: 'baseline' },
    },
    {
      title: 'replaces what is no level',
      wanted: { enforce: 'privileged' },
      live: { enforce: 'none' },
      stands: { enforce: 'privileged' },
    },
    {
      title: 'leaves a stricter level that somebody else set',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'restricted', 'enforce-version': 'v1.20' },
      stands: { enforce: 'restricted', 'enforce-version': 'v1.20' },
    },
    {
      title: 'leaves a newer version that somebody else set',
      wanted: { enforce: 'baseline', 'enforce-version': 'v1.25' },
      live: { enforce: 'baseline' },
      stands: { enforce: 'baseline' },
    },
    {
      title: 'lowers what is ours alone',
      wanted: { enforce: 'baseline', 'enforce-version': 'v1.25' },
      live: { enforce: 'restricted' },
      own: { enforce: 'restricted' },
      stands: { enforce: 'baseline', 'enforce-version': 'v1.25' },
    },
    {
      title: 'leaves a stricter level whose version somebody else set',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'restricted', 'enforce-version': 'v1.31' },
      own: { enforce: 'restricted' },
      stands: { enforce: 'restricted', 'enforce-version': 'v1.31' },
    },
    {
      title: 'names the latest version where an older one is named',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'baseline', 'enforce-version': 'v1.20' },
      stands: { enforce: 'baseline', 'enforce-version': 'latest' },
    },
    {
      title: 'takes a version away that is ours',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'baseline', 'enforce-version': 'v1.20' },
      own: { 'enforce-version': 'v1.20' },
      stands: { enforce: 'baseline', 'enforce-version': null },
    },
    {
      title: 'takes the latest by name for none',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'baseline', 'enforce-version': 'latest' },
      stands: { enforce: 'baseline', 'enforce-version': 'latest' },
    },
    {
      title: 'does not mind the version of privileged',
      wanted: { enforce: 'privileged' },
      live: { enforce: 'privileged', 'enforce-version': 'v1.20' },
      stands: { enforce: 'privileged', 'enforce-version': 'v1.20' },
    },
    {
      title: 'has nothing to say of modes that nobody asks for',
      wanted: { enforce: 'baseline' },
      live: { enforce: 'baseline', warn: 'privileged' },
      stands: { enforce: 'baseline' },
    },
  ];
  for (const { title, wanted, live, own = {}, stands } of cases) {
    it(title, () => {
      expect(labelsOf(settle?.(content(wanted), content(live), content(own)))).to.deep.equal(stands);
    });
  }

  it('never loosens what somebody else set', () => {
    const level = fc.constantFrom('privileged', 'baseline', 'restricted', 'none');
    const version = fc.constantFrom('latest', 'v1.25', 'v1.31');
    const labels = fc.record({ enforce: level, 'enforce-version': version }, { requiredKeys: ['enforce'] });
    fc.assert(
      fc.property(labels, labels, (wanted, live) => {
        const stands = labelsOf(settle?.(content(wanted as Labels), content(live as Labels), {}));
        const of = (given: Labels) => ({ level: given['enforce'] ?? '', version: given['enforce-version'] });
        expect(comparePodSecurity(of(stands), of(live as Labels))).to.be.at.least(0);
        expect(comparePodSecurity(of(stands), of(wanted as Labels))).to.be.at.least(0);
      }),
    );
  });
});

describe('podSecurity: normalize', () => {
  it('reads the six labels and nothing else', () => {
    const labels = { team: 'a', [`${PREFIX}warn`]: 'baseline', [`${PREFIX}other`]: 'x' };
    const metadata = { name: 'team-a', labels, annotations: { a: 'b' } };
    expect(podSecurity.objects[0]?.normalize({ metadata, spec: {} })).to.deep.equal(content({ warn: 'baseline' }));
    expect(podSecurity.objects[0]?.normalize({ metadata: { labels: { team: 'a' } } })).to.deep.equal({});
  });
});

describe('podSecurity: validate', () => {
  it('wants a level', () => {
    expect(podSecurity.validate({ version: 'v1.30' }).map(({ path }) => path)).to.deep.equal(['']);
    expect(podSecurity.validate({ warn: 'baseline' })).to.deep.equal([]);
  });
});
