import { expect } from 'chai';
import fc from 'fast-check';
import {
  LINGER_MS,
  rememberedEndpoints,
  rememberEndpoints,
  type EndpointMemory,
} from '../../src/kube/endpoint-memory.ts';
import type { Endpoint } from '../../src/slots/platform-facts.ts';

const A = { ip: '10.0.0.1', port: 6443 };
const B = { ip: '10.0.0.2', port: 6443 };
const NOTHING: EndpointMemory = new Map();

describe('rememberEndpoints', () => {
  it('keeps the last set when the API server empties its EndpointSlice', () => {
    const memory = rememberEndpoints(rememberEndpoints(NOTHING, [A, B], 0), [], 10 * LINGER_MS);
    expect(rememberedEndpoints(memory)).to.deep.equal([A, B]);
  });

  it('keeps a vanished endpoint for ten minutes', () => {
    let memory = rememberEndpoints(NOTHING, [A, B], 0);
    memory = rememberEndpoints(memory, [B], 1_000);
    memory = rememberEndpoints(memory, [B], 1_000 + LINGER_MS - 1);
    expect(rememberedEndpoints(memory)).to.deep.equal([A, B]);
    memory = rememberEndpoints(memory, [B], 1_000 + LINGER_MS);
    expect(rememberedEndpoints(memory)).to.deep.equal([B]);
  });

  it('starts anew for an endpoint that came back', () => {
    let memory = rememberEndpoints(NOTHING, [A, B], 0);
    memory = rememberEndpoints(memory, [B], 1_000);
    memory = rememberEndpoints(memory, [A, B], 2_000);
    memory = rememberEndpoints(memory, [B], LINGER_MS);
    memory = rememberEndpoints(memory, [B], LINGER_MS + 5_000);
    expect(rememberedEndpoints(memory)).to.deep.equal([A, B]);
  });

  it('holds every live endpoint, never turns empty, and keeps none beyond its time', () => {
    const endpoint = fc.constantFrom(A, B, { ip: 'fd00::1', port: 443 });
    const look = fc.record({ live: fc.uniqueArray(endpoint), after: fc.nat(LINGER_MS) });
    fc.assert(
      fc.property(fc.array(look), (looks) => {
        let memory = NOTHING;
        let now = 0;
        const lastSeen = new Map<Endpoint, number>();
        for (const { live, after } of looks) {
          const before = memory.size;
          now += after;
          memory = rememberEndpoints(memory, live, now);
          for (const seen of live) lastSeen.set(seen, now);
          const held = rememberedEndpoints(memory);
          expect(held).to.include.deep.members(live);
          if (before > 0) expect(held).not.to.deep.equal([]);
          if (live.length > 0) for (const one of held) expect(lastSeen.has(one)).to.equal(true);
        }
      }),
    );
  });
});
