import { expect } from 'chai';
import fc from 'fast-check';
import { fingerprint } from '../../src/plan/fingerprint.ts';
import { plan } from '../../src/plan/plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { relabelled } from '../../src/plan/relabelled.ts';
import { comparePodSecurity } from '../../src/semantics/pod-security.ts';
import { policy, World } from './world.ts';

const SLOT = 'Namespace/team-a';
const PREFIX = 'pod-security.kubernetes.io/';
type Labels = Readonly<Record<string, string | null>>;

function slotOf(world: World): SlotPlan | undefined {
  return world.plan().slots.find(({ slot }) => slot === SLOT);
}

function pointers(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [`/metadata/labels/${PREFIX.replace('/', '~1')}${key}`, value]),
  );
}

/** Labels by what follows the prefix. */
function labelsOf(world: World): Labels {
  const { labels = {} } = (world.get(SLOT).content['metadata'] ?? {}) as { readonly labels?: Labels };
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.slice(PREFIX.length), value]));
}

function relabel(world: World, labels: Labels, manager = 'kubectl-label'): void {
  world.setFields(SLOT, pointers(labels), manager);
}

function asking(podSecurity: object, more: object = {}) {
  return policy('baseline', { podSecurity, ...more });
}

describe('plan: podSecurity', () => {
  it('sets the labels by one apply, and no other label of the namespace', () => {
    const world = new World([asking({ enforce: 'baseline', warn: 'restricted', version: 'v1.31' })], { team: 'a' });
    const [due] = dueSlots(world.plan());
    expect(due).to.include({ slot: SLOT, state: 'Pending' });
    expect(due?.change)
      .to.have.nested.property('object.metadata')
      .that.deep.equals({
        name: 'team-a',
        uid: 'untouched/Namespace',
        resourceVersion: '1',
        labels: {
          [`${PREFIX}enforce`]: 'baseline',
          [`${PREFIX}enforce-version`]: 'v1.31',
          [`${PREFIX}warn`]: 'restricted',
          [`${PREFIX}warn-version`]: 'v1.31',
        },
      });
  });

  it('leaves a stricter label of a tenant, calls it fine and claims nothing of it', () => {
    const world = new World([asking({ enforce: 'baseline', audit: 'baseline' })]);
    relabel(world, { enforce: 'restricted' }, 'helm');
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'restricted', audit: 'baseline' });
    expect(slotOf(world)).to.include({ state: 'OK' });
    const ours = world.get(SLOT).managedFields?.find(({ manager }) => manager === 'parapet');
    expect(JSON.stringify(ours?.fieldsV1)).to.include('audit').and.not.to.include('enforce');
  });

  it('leaves a tenant who goes beyond what was set, and puts him back who goes below', () => {
    const world = new World([asking({ enforce: 'baseline' })]);
    world.converge();
    relabel(world, { enforce: 'restricted' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
    relabel(world, { enforce: 'privileged' }, 'helm');
    expect(slotOf(world)).to.include({ state: 'Modified', actor: 'helm' });
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline' });
    relabel(world, { enforce: null });
    expect(slotOf(world)).to.include({ state: 'Missing', actor: 'unknown' });
  });

  it('knows what stood before also after an edit of it was held', () => {
    const world = new World([asking({ enforce: 'baseline' }, { deletionPolicy: 'Delete' })]);
    world.converge();
    world.policies = [asking({ enforce: 'restricted' }, { deletionPolicy: 'Delete' })];
    for (const warnings of [null, ['existing pods in namespace "team-a" violate it', 'web-1: hostPort']]) {
      world.warnings = warnings;
      world.converge();
      expect(slotOf(world)).to.include({ state: 'Held' });
    }
    world.warnings = [];
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'restricted' });
    expect(slotOf(world)?.before).to.deep.equal(pointers({ enforce: null }));
  });

  it('counts an older version as looser', () => {
    const world = new World([asking({ enforce: 'baseline' })]);
    world.converge();
    const lastWritten = new Map([[SLOT, fingerprint(world.get(SLOT))]]);
    relabel(world, { 'enforce-version': 'v1.20' }, 'helm');
    expect(plan({ ...world.snapshot(), lastWritten }).slots[0]).to.include({ state: 'Modified', actor: 'helm' });
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline', 'enforce-version': 'latest' });
  });

  it('is lowered by a policy’s edit where Parapet alone set it, with its version', () => {
    const world = new World([asking({ enforce: 'restricted', version: 'v1.31' })]);
    world.converge();
    world.policies = [asking({ enforce: 'baseline' })];
    expect(slotOf(world)).to.include({ state: 'Pending', actor: 'parapet' });
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline' });
  });

  it('is not lowered where somebody else claims the same label', () => {
    const world = new World([asking({ enforce: 'restricted' })]);
    world.converge();
    const { managedFields = [], ...live } = world.get(SLOT);
    const theirs = managedFields.map((entry) => ({ ...entry, manager: 'argocd-controller' }));
    world.shared.set(SLOT, { ...live, managedFields: [...managedFields, ...theirs] });
    world.policies = [asking({ enforce: 'baseline' })];
    expect(slotOf(world)).to.include({ state: 'OK' });
  });

  it('keeps a mode that is asked for no more, and leaves it to everybody', () => {
    const world = new World([asking({ enforce: 'baseline', warn: 'restricted' })]);
    world.converge();
    world.policies = [asking({ enforce: 'baseline' })];
    expect(dueSlots(world.plan())).to.deep.equal([]);
    world.converge();
    relabel(world, { enforce: null });
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline', warn: 'restricted' });
    relabel(world, { warn: null });
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('puts back under Delete what stood in a mode that is asked for no more', () => {
    const deletes = { deletionPolicy: 'Delete' };
    const world = new World([asking({ enforce: 'baseline', warn: 'restricted' }, deletes)]);
    relabel(world, { warn: 'baseline' });
    world.converge();
    world.policies = [asking({ enforce: 'baseline' }, deletes)];
    expect(slotOf(world)).to.include({ state: 'Pending' });
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline', warn: 'baseline' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
    world.policies = [asking({ audit: 'baseline' }, deletes)];
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ audit: 'baseline', warn: 'baseline' });
  });

  it('remembers what is to be put back until it is', () => {
    const deletes = { deletionPolicy: 'Delete' };
    const leaver = policy('leaver', { ...deletes, podSecurity: { warn: 'restricted' } });
    const world = new World([asking({ enforce: 'baseline' }), leaver]);
    world.converge();
    world.policies = [
      asking({ enforce: 'baseline' }),
      { ...leaver, selection: { ...leaver.selection, includeNames: ['x'] } },
    ];
    // The write fails, and its report is all that is known next time.
    const refused = slotOf(world);
    world.record = world.record.map((each) =>
      each.slot === SLOT ? { ...each, policies: refused?.policies ?? [], before: refused?.before ?? {} } : each,
    );
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline' });
  });

  it('keeps the level of a policy that is gone beside a laxer one, and says so', () => {
    const world = new World([
      asking({ enforce: 'baseline' }),
      policy('strict', { podSecurity: { enforce: 'restricted' } }),
    ]);
    world.converge();
    world.policies = [asking({ enforce: 'baseline' })];
    expect(slotOf(world)).to.include({ state: 'Orphaned', reason: 'PolicyGone' });
    expect(slotOf(world)?.policies).to.deep.equal(['strict']);
    world.converge();
    relabel(world, { enforce: 'baseline' });
    expect(slotOf(world)).to.include({ state: 'OK' });
  });

  it('holds the level of a suspended policy, and repairs no further than the acting one asks', () => {
    const strict = (suspend: boolean) => policy('strict', { suspend, podSecurity: { enforce: 'restricted' } });
    const world = new World([asking({ enforce: 'baseline' }), strict(false)]);
    world.converge();
    world.policies = [asking({ enforce: 'baseline' }), strict(true)];
    expect(slotOf(world)).to.include({ state: 'Frozen' });
    relabel(world, { enforce: 'privileged' });
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'baseline' });
    world.policies = [asking({ enforce: 'baseline' }), strict(false)];
    world.converge();
    expect(labelsOf(world)).to.deep.equal({ enforce: 'restricted' });
  });

  it('takes labels that a manifest sets for somebody else’s', () => {
    const world = new World([asking({ enforce: 'restricted' })]);
    world.converge();
    const looser = relabelled(world.snapshot(), { [`${PREFIX}enforce`]: 'baseline' });
    const [slot] = plan(looser).slots;
    expect(slot?.diffs).to.have.length(1);
    expect(plan(relabelled(world.snapshot(), world.snapshot().namespace.labels)).slots[0]).to.include({ state: 'OK' });
  });

  it('over generated labels and policies: is as strict as asked, and never loosens what a tenant set', () => {
    const level = fc.constantFrom('privileged', 'baseline', 'restricted');
    const version = fc.constantFrom('latest', 'v1.25', 'v1.31');
    const modes = ['enforce', 'audit', 'warn'] as const;
    const keys = modes.flatMap((mode) => [mode, `${mode}-version`]);
    const block = fc.record({ enforce: level, audit: level, warn: level, version }, { requiredKeys: ['enforce'] });
    const tenants = fc.record(Object.fromEntries(keys.map((key) => [key, key.endsWith('version') ? version : level])), {
      requiredKeys: [],
    }) as fc.Arbitrary<Labels>;
    const of = (labels: Labels, mode: string) => ({
      level: labels[mode] ?? 'none',
      version: labels[`${mode}-version`] ?? undefined,
    });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 3 }), tenants, tenants, (blocks, first, second) => {
        const world = new World(blocks.map((podSecurity, index) => policy(`p${index}`, { podSecurity })));
        for (const labels of [first, second]) {
          relabel(world, labels);
          world.converge();
          const after = labelsOf(world);
          expect(dueSlots(world.plan())).to.deep.equal([]);
          for (const mode of modes) {
            const asked = blocks.flatMap((each) => (each[mode] ? [{ level: each[mode], version: each.version }] : []));
            const isSet = labels[mode] !== undefined && labels[`${mode}-version`] !== undefined;
            for (const least of [...asked, ...(isSet ? [of(labels, mode)] : [])]) {
              expect(comparePodSecurity(of(after, mode), least)).to.be.at.least(0);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
