import { expect } from 'chai';
import { AskedToWait } from '../../src/kube/asked-to-wait.ts';

describe('AskedToWait', () => {
  let now = 0;
  const asked = new AskedToWait(() => now);
  const reply = { status: 429, body: {}, retryAfterMs: 1_000 };

  it('tells how long a call has to wait yet, and what it was answered', () => {
    asked.givenUp('PATCH /a', reply);
    now = 400;
    expect(asked.standing('PATCH /a')).to.deep.equal({ reply: { ...reply, retryAfterMs: 600 }, waitMs: 600 });
    expect(asked.standing('PATCH /b')).to.equal(undefined);
  });

  it('is over at the time that was named', () => {
    now = 1_000;
    expect(asked.standing('PATCH /a')).to.equal(undefined);
  });

  it('keeps nothing of an answer that names no time', () => {
    asked.givenUp('PATCH /a', { status: 503, body: {} });
    expect(asked.standing('PATCH /a')).to.equal(undefined);
  });
});
