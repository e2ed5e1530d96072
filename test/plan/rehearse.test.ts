import { expect } from 'chai';
import { dueSlots } from '../../src/plan/order.ts';
import { plan } from '../../src/plan/plan.ts';
import { rehearse } from '../../src/plan/rehearse.ts';
import type { LiveObject } from '../../src/plan/snapshot.ts';
import { policy, World } from './world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const closed = { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] } };
const fields = { defaultServiceAccount: { automountServiceAccountToken: false } };
const quota = (pods: number, scopes?: readonly string[]) => ({
  resourceQuotas: [{ name: 'compute', hard: { pods }, ...(scopes === undefined ? {} : { scopes }) }],
});

/** What planning reads of an object, without what only a cluster can give. */
function meaning({ kind, name, labels, annotations, content }: LiveObject): object {
  return { kind, name, labels, annotations, content };
}

function meanings(live: Iterable<LiveObject>): readonly object[] {
  return [...live].map(meaning).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('rehearse', () => {
  const edits: readonly (readonly [title: string, change: (world: World) => void])[] = [
    ['nothing there', () => {}],
    ['an object tampered with', (world) => world.converge() && world.tamper(deny, () => ({ content: { spec: {} } }))],
    ['our labels removed', (world) => world.converge() && world.tamper(deny, () => ({ labels: {}, annotations: {} }))],
    [
      'a stranger’s label beside ours',
      (world) => world.converge() && world.tamper(deny, () => ({ labels: { theirs: 'x' } })),
    ],
    ['a block dropped', (world) => world.converge() && (world.policies = [policy('baseline', quota(10))])],
    [
      'a change that needs a new object',
      (world) =>
        world.converge() && (world.policies = [policy('baseline', { ...closed, ...quota(10, ['Terminating']) })]),
    ],
    ['fields of an object that isn’t ours', (world) => (world.policies = [policy('baseline', fields)])],
    [
      'fields that are put back',
      (world) => {
        world.policies = [policy('baseline', { ...fields, deletionPolicy: 'Delete' })];
        world.setFields('ServiceAccount/default', { '/automountServiceAccountToken': true });
        world.converge();
        world.policies = [policy('baseline', { ...closed, deletionPolicy: 'Delete' })];
      },
    ],
    ['a policy gone', (world) => world.converge() && (world.policies = [])],
    [
      'a policy suspended',
      (world) => world.converge() && (world.policies = [policy('baseline', { ...closed, suspend: true })]),
    ],
  ];
  for (const [title, edit] of edits) {
    it(`ends where writing the plan ends: ${title}`, () => {
      const world = new World([policy('baseline', { ...closed, ...quota(10) })]);
      edit(world);
      const rehearsed = rehearse(world.snapshot());
      world.converge();
      expect(meanings(rehearsed.live)).to.deep.equal(meanings(world.snapshot().live));
      expect(rehearsed.record.map(({ slot, policies }) => ({ slot, policies }))).to.deep.equal(
        world.record.map(({ slot, policies }) => ({ slot, policies })),
      );
      expect(dueSlots(plan(rehearsed))).to.deep.equal([]);
    });
  }
});
