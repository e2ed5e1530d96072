import { expect } from 'chai';
import fc from 'fast-check';
import { decodeException } from '../../src/api/decode-exception.ts';
import { standingOf } from '../../src/api/exception.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { wrongExceptions } from '../cluster/wrong-exceptions.ts';

const spec = {
  policyNames: ['baseline'],
  namespaceSelector: { matchLabels: { team: 'shop' } },
  includeNames: ['shop-*'],
  slots: ['ResourceQuota/*'],
  effect: 'Remove',
  owner: 'shop@example.com',
  reason: 'load test',
  expirationTime: '2026-12-31T18:00:00+01:00',
};
const END = Date.UTC(2026, 11, 31, 17);
const DAY = 24 * 3_600_000;

function exception(members: unknown, metadata: Readonly<Record<string, unknown>> = {}): KubeObject {
  const object = {
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'SecurityException',
    metadata: { name: 'a', ...metadata },
  };
  return JSON.parse(JSON.stringify({ ...object, spec: members })) as KubeObject;
}

/** The API server spells keys of a map with dots in some messages and brackets in others. */
function spelling(path: string): string {
  return path.replaceAll(/\[([^\]]*[^\]\d][^\]]*)\]/g, '.$1');
}

describe('decodeException', () => {
  it('reads an exception as it stands', () => {
    const metadata = { uid: 'u', generation: 3, creationTimestamp: '2026-12-01T00:00:00Z' };
    expect(decodeException(exception(spec, metadata))).to.deep.equal({
      name: 'a',
      uid: 'u',
      generation: 3,
      deleting: false,
      decodable: true,
      selection: { namespaceSelector: { matchLabels: { team: 'shop' } }, includeNames: ['shop-*'] },
      policyNames: ['baseline'],
      slots: ['ResourceQuota/*'],
      effect: 'Remove',
      override: {},
      owner: 'shop@example.com',
      reason: 'load test',
      expirationTime: spec.expirationTime,
      expiresAt: END,
      createdAt: Date.UTC(2026, 11, 1),
      problems: [],
    });
  });

  it('keeps the blocks of an override, and no member that is no block', () => {
    const { slots, ...rest } = spec;
    void slots;
    const override = { limitRange: { limits: [{ type: 'Pod', max: { cpu: 1 } }] }, roles: null, mode: 'Audit' };
    const decoded = decodeException(exception({ ...rest, effect: 'Override', override }));
    expect(decoded.problems).to.deep.equal([]);
    expect(decoded.override).to.deep.equal({ limitRange: override.limitRange });
  });

  for (const { title, path, spec: wrong } of wrongExceptions.filter(({ title: name }) => !name.includes('twice'))) {
    it(`names ${path} as the API server does, and gives it no effect: ${title}`, () => {
      const decoded = decodeException(exception(wrong));
      const paths = decoded.problems.map((problem) => spelling(problem.path));
      expect(
        paths.some((found) => found.startsWith(spelling(path))),
        paths.join(', '),
      ).to.equal(true);
      expect(standingOf(decoded, 0, Number.MAX_SAFE_INTEGER)).to.equal('invalid');
      expect(decoded).to.include({ effect: 'Ignore', expiresAt: 0 });
    });
  }

  it('never throws, whatever the object is, and is active only where nothing is wrong', () => {
    const noise = fc.dictionary(fc.constantFrom(...Object.keys(spec), 'override'), fc.jsonValue(), { maxKeys: 2 });
    fc.assert(
      fc.property(fc.jsonValue(), noise, (value: unknown, members) => {
        for (const object of [value as KubeObject, exception({ ...spec, ...members })]) {
          const decoded = decodeException(object);
          expect(decoded.decodable).to.equal(decoded.problems.length === 0);
          if (!decoded.decodable) expect(standingOf(decoded, -1, Number.MAX_SAFE_INTEGER)).to.not.equal('active');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('standingOf', () => {
  const created = decodeException(exception(spec, { creationTimestamp: '2026-12-01T17:00:00Z' }));

  it('is active until the very moment it ends', () => {
    expect(standingOf(created, END - 1, 30 * DAY)).to.equal('active');
    expect(standingOf(created, END, 30 * DAY)).to.equal('expired');
  });

  it('is too long where it lasts longer than allowed from its creation on, however near its end', () => {
    expect(standingOf(created, END - 1, 30 * DAY - 1)).to.equal('tooLong');
    expect(standingOf(created, END + DAY, 30 * DAY - 1)).to.equal('tooLong');
  });

  it('counts from now where only a file holds it', () => {
    const filed = decodeException(exception(spec));
    expect(standingOf(filed, END - 30 * DAY, 30 * DAY)).to.equal('active');
    expect(standingOf(filed, END - 30 * DAY - 1, 30 * DAY)).to.equal('tooLong');
  });

  it('covers nothing once it is being deleted', () => {
    const metadata = { deletionTimestamp: '2026-12-02T00:00:00Z', creationTimestamp: '2026-12-01T17:00:00Z' };
    expect(standingOf(decodeException(exception(spec, metadata)), END - 1, 30 * DAY)).to.equal('deleting');
  });
});
