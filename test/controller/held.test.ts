import { expect } from 'chai';
import type { Evidence } from '../../src/plan/snapshot.ts';
import type { PodFacts } from '../../src/slots/workloads.ts';
import { OperatedNamespace } from './support/operated-namespace.ts';

const QUOTA = 'ResourceQuota/parapet-compute';
const MINUTE = 60_000;

describe('An edit that is held', () => {
  let operated: OperatedNamespace;

  /** The quota is 10 pods; then `evidence` is what there is to see, and the policy asks for two. */
  async function hold(evidence: Evidence): Promise<void> {
    operated = new OperatedNamespace(quotaOf(10));
    await operated.start();
    operated.evidence = evidence;
    operated.looks.length = 0;
    await operated.edit(quotaOf(2));
    expect(operated.slotReport(QUOTA)).to.include({ state: 'Held' });
  }
  afterEach(() => operated.stop());

  it('is looked at again about every ten minutes, no sooner, and waits as long as workloads speak against it', async () => {
    await hold(running(3));
    await operated.advance(60 * MINUTE);
    expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '10' } });
    expect(operated.slotReport(QUOTA)).to.include({ state: 'Held', reason: 'QuotaBelowUse' });
    expect(operated.looks).to.have.length.within(6, 7);
    const gaps = operated.looks.slice(1).map((at, index) => at - (operated.looks[index] ?? 0));
    for (const gap of gaps) expect(gap).to.be.within(9 * MINUTE, 11 * MINUTE);
  });

  for (const { title, before } of [
    { title: 'the workloads are gone, of which nobody tells us', before: running(3) },
    { title: 'they can be read again', before: { pods: null, warnings: null } },
  ]) {
    it(`is applied by itself, at the next look, once ${title}`, async () => {
      await hold(before);
      const heldSince = operated.now;
      operated.evidence = running(2);
      await operated.advance(8 * MINUTE);
      expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '10' } });
      await operated.advance(3 * MINUTE);
      expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '2' } });
      expect(operated.writesOf(QUOTA).at(-1)).to.be.within(heldSince + 9 * MINUTE, heldSince + 11 * MINUTE);
      expect(operated.slotReport(QUOTA)).to.include({ state: 'OK' }).and.not.have.property('applied');
      expect(operated.posture.summary).to.include({ state: 'Compliant' });
    });
  }

  it('is applied in its turn also where somebody tampers meanwhile, who is put back at once to what was written', async () => {
    await hold(running(3));
    await operated.advance(5 * MINUTE);
    await operated.tamper(QUOTA, { spec: { hard: { pods: '1000' } } });
    expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '10' } });
    operated.evidence = running(2);
    await operated.advance(11 * MINUTE);
    expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '2' } });
  });

  it('is looked at no more once it was applied', async () => {
    await hold(running(3));
    operated.evidence = running(2);
    await operated.advance(11 * MINUTE);
    const looks = operated.looks.length;
    await operated.advance(60 * MINUTE);
    expect(operated.looks).to.have.length(looks);
  });
});

function quotaOf(pods: number): Readonly<Record<string, unknown>> {
  return { resourceQuotas: [{ name: 'compute', hard: { pods } }] };
}

function running(count: number): Evidence {
  const pod: Omit<PodFacts, 'name'> = {
    containers: [],
    initContainers: [],
    requests: {},
    limits: {},
    overhead: {},
    bestEffort: true,
    terminating: false,
    priorityClass: '',
  };
  return { pods: Array.from({ length: count }, (_, index) => ({ ...pod, name: `pod-${index}` })), warnings: [] };
}
