import { expect } from 'chai';
import { leftBehind } from '../../hack/bench/left-behind.ts';
import type { Kept } from '../../hack/bench/left-behind.ts';
import { nullWrite, posting } from '../../hack/bench/null-writer.ts';
import { converge } from '../../hack/bench/phases/convergence.ts';
import { measureRepairs } from '../../hack/bench/phases/repair.ts';
import { settingsFrom } from '../../hack/bench/settings.ts';
import { percentile } from '../../hack/bench/statistics.ts';
import { Subject } from '../../hack/bench/subject.ts';
import { makeWorld } from '../../hack/bench/world.ts';
import type { World } from '../../hack/bench/world.ts';

const POLICIES = ['one', 'two', 'three', 'four'];
const OF_EACH = 50;

// The benchmark in small. Ratios to what the null writer or the API server takes a moment later on the same machine, their
// lower median, and bounds that twice the usual is above and a busy machine is not.
describe('Two hundred namespaces beside a null writer', function () {
  this.timeout(180_000);
  let world: World;
  /** Where the null writer writes. */
  let twin: World;
  let subject: Subject;
  const kept: Kept[] = [];

  before(async () => {
    const count = Object.fromEntries(POLICIES.map((policy) => [policy, OF_EACH]));
    [world, twin] = await Promise.all([makeWorld(count), makeWorld(count)]);
    subject = new Subject(world);
    await subject.start();
  });
  after(async () => {
    await subject.stop();
    await Promise.all([world.end(), twin.end()]);
  });

  it('converge in a time and with a CPU time not far above its own', async () => {
    const ofTime: number[] = [];
    const ofCpu: number[] = [];
    for (const policy of POLICIES) {
      const { ms, cpuMs } = await converge(world, subject, policy, OF_EACH);
      const objects = await leftBehind(world.admin, policy);
      expect(objects).to.have.length(6 * OF_EACH);
      kept.push(...objects);
      const beside = await nullWrite(twin, objects.map(posting));
      ofTime.push(ms / beside.ms);
      ofCpu.push(cpuMs / beside.cpuMs);
    }
    expect(percentile(ofTime, 0.5), ofTime.join(', ')).to.be.below(2.2);
    expect(percentile(ofCpu, 0.5), ofCpu.join(', ')).to.be.below(2.6);
  });

  it('have a single tampering repaired in little more than what the API server takes for that', async () => {
    const settings = settingsFrom({ TAMPERINGS: '40' });
    const repairs = await measureRepairs({ world, subject, kept, settings });
    const ratios = repairs.map(({ ms, serverMs }) => ms / serverMs);
    expect(percentile(ratios, 0.5), ratios.join(', ')).to.be.below(3.2);
  });
});
