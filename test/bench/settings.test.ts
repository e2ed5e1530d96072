import { expect } from 'chai';
import { settingsFrom } from '../../hack/bench/settings.ts';

describe('settingsFrom', () => {
  it('idles ten minutes and repeats nothing at ten thousand namespaces', () => {
    const { idleSeconds, repetitions, rounds, asAdmin } = settingsFrom({ N: '10000' });
    expect({ idleSeconds, repetitions, rounds, asAdmin }).to.deep.equal({
      idleSeconds: 600,
      repetitions: 1,
      rounds: 1,
      asAdmin: false,
    });
  });

  it('takes what the environment says', () => {
    const env = { N: '300', REPEAT: '1', PHASES: 'repair, storm', PROFILE: '/tmp/p', NODE_FLAGS: '--expose-gc' };
    const { namespaces, repetitions, phases, nodeFlags } = settingsFrom(env);
    expect({ namespaces, repetitions, phases }).to.deep.equal({
      namespaces: 300,
      repetitions: 1,
      phases: ['repair', 'storm'],
    });
    expect(nodeFlags).to.deep.equal(['--cpu-prof', '--cpu-prof-dir=/tmp/p', '--expose-gc']);
  });
});
