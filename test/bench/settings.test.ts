import { expect } from 'chai';
import { imageFlags } from '../../hack/bench/image-flags.ts';
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

  it('measures the operator with the flags that the image gives node', () => {
    const entry = 'ENTRYPOINT ["/nodejs/bin/node", "--disable-proto=delete", "--x=1", "/app/parapet.mjs", "--flag"]';
    expect(imageFlags(`FROM a\n${entry}\nCMD ["run"]\n`)).to.deep.equal(['--disable-proto=delete', '--x=1']);
    expect(() => imageFlags('FROM a')).to.throw('no ENTRYPOINT');
    expect(imageFlags()).to.deep.equal(['--disable-proto=delete', '--max-old-space-size=256']);
  });

  it('takes what the environment says', () => {
    const env = { N: '300', REPEAT: '1', PHASES: 'repair, storm', PROFILE: '/tmp/p', NODE_FLAGS: '--expose-gc' };
    const { namespaces, repetitions, phases, nodeFlags } = settingsFrom(env);
    expect({ namespaces, repetitions, phases }).to.deep.equal({
      namespaces: 300,
      repetitions: 1,
      phases: ['repair', 'storm'],
    });
    expect(nodeFlags).to.deep.equal([...imageFlags(), '--cpu-prof', '--cpu-prof-dir=/tmp/p', '--expose-gc']);
  });
});
