import { expect } from 'chai';
import { TransportError, type TransportCode } from '../../src/errors.ts';
import { retryDelay } from '../../src/kube/retry.ts';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

describe('retryDelay', () => {
  for (const method of [...WRITES, 'GET']) {
    it(`repeats ${method} after 429, and never before the time the API server named`, () => {
      const result = { status: 429, body: undefined, retryAfterMs: 3_000 };
      for (const random of [0, 0.5, 0.999]) {
        expect(retryDelay({ method, tries: 1, result, random: () => random })).to.be.above(3_000);
      }
    });
  }

  for (const method of WRITES) {
    it(`repeats ${method} after 503 only when told when: else it may have been carried out`, () => {
      expect(delay(method, 503, 1_000)).to.be.above(1_000);
      expect(delay(method, 503)).to.equal(undefined);
    });

    it(`leaves ${method} alone after anything whose outcome is unknown`, () => {
      for (const code of ['Network', 'Malformed', 'Deadline'] as const)
        expect(broken(method, code)).to.equal(undefined);
      for (const status of [500, 502, 504]) expect(delay(method, status)).to.equal(undefined);
    });
  }

  it('repeats reads after broken connections, cut answers and server errors', () => {
    for (const code of ['Network', 'Malformed'] as const) expect(broken('GET', code)).to.be.above(0);
    for (const status of [500, 502, 503, 504]) expect(delay('GET', status)).to.be.above(0);
  });

  for (const status of [200, 400, 401, 403, 404, 409, 410, 422]) {
    it(`takes ${status} for an answer`, () => {
      expect(delay('GET', status)).to.equal(undefined);
    });
  }

  it('gives up after five attempts', () => {
    const result = { status: 429, body: undefined };
    expect(retryDelay({ method: 'GET', tries: 4, result, random: () => 0 })).to.be.above(0);
    expect(retryDelay({ method: 'GET', tries: 5, result, random: () => 0 })).to.equal(undefined);
  });
});

function delay(method: string, status: number, retryAfterMs?: number): number | undefined {
  const result = { status, body: undefined, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return retryDelay({ method, tries: 1, result, random: () => 0 });
}

function broken(method: string, code: TransportCode): number | undefined {
  return retryDelay({ method, tries: 1, result: new TransportError(code, ''), random: () => 0 });
}
