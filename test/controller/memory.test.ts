import { expect } from 'chai';
import { Memory } from '../../src/controller/memory.ts';
import { settle } from '../../src/status/settle.ts';
import { policy, World } from '../plan/world.ts';

const none: ReadonlyMap<string, number> = new Map();

describe('Memory', () => {
  it('counts what departed policies left behind, each namespace as it stood last', () => {
    const memory = new Memory();
    const world = new World([
      policy('baseline', { networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] } }),
    ]);
    world.converge();
    world.policies = [];
    const report = settle(world.plan(), new Map());
    for (const namespace of ['a', 'b', 'a']) memory.remember({ ...report, namespace }, none);
    expect([...memory.leftBehind()]).to.deep.equal([['Orphaned', 4]]);
    memory.forgetEntirely('a');
    expect([...memory.leftBehind()]).to.deep.equal([['Orphaned', 2]]);
    memory.remember({ ...report, namespace: 'b', slots: [] }, none);
    expect([...memory.leftBehind()]).to.deep.equal([]);
  });
});
