import fc from 'fast-check';

/** Texts that mean something to a URL, a path, a selector, JavaScript, RBAC or CEL. */
const HOSTILE_TEXTS = [
  ['', '.', '..', '/', '../..', '../../kube-system', 'a/b', 'a/../b', '%2F', '%2e%2e', '..%2f', '%', '%zz'],
  ['a?dryRun=All', 'a#b', 'a;b', 'a\\b', 'a b', 'a\tb', 'a\r\nHost: b', 'a\u0000b', '\u202e', '\ufeff', '\ud800'],
  ['*', '**', '?', 'kube-*', '-', '--help', '__proto__', 'constructor', 'hasOwnProperty', 'toString'],
  ['parapet-../x', 'parapet-/status', 'parapet-default-deny', 'parapet', 'kube-system', 'team-b'],
  ['ÄÖ', '💥', '＊', 'x'.repeat(300), '${x}', '{{ x }}', '$(id)', "' || true || '", '-1', '1e999', '0x10', 'NaN'],
  ['system:masters', 'system:authenticated', 'system:serviceaccounts', 'system:serviceaccount:parapet-system:parapet'],
  ['escalate', 'bind', 'impersonate', 'secrets', 'pods/exec', 'cluster-admin', '0.0.0.0/0', '169.254.169.254/32'],
].flat();

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, [], {}, [''], [[]], { '': '' }) },
);

/** One change for the worse: where, counted over all members, and what then stands there, or is its key. */
const corruption = fc.record({ pick: fc.nat(), key: fc.boolean(), text: hostileText, value: hostileValue });

/** The same JSON with up to three members renamed or replaced by what nobody should have written. */
export function corrupted(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(sound, fc.array(corruption, { maxLength: 3 }))
    .map(([json, changes]) => changes.reduce<unknown>((object, change) => corrupt(object, change), json));
}

type Corruption = typeof corruption extends fc.Arbitrary<infer T> ? T : never;
type Path = readonly string[];

function corrupt(json: unknown, { pick, key, text, value }: Corruption): unknown {
  const paths = pathsOf(json);
  const path = paths[pick % Math.max(1, paths.length)];
  if (path === undefined) return json;
  return rebuilt(json, path, (name, before) => (key ? [text, before] : [name, value]));
}

function pathsOf(json: unknown, above: Path = [], found: Path[] = []): readonly Path[] {
  if (typeof json !== 'object' || json === null) return found;
  for (const [name, value] of Object.entries(json)) {
    const path = [...above, name];
    found.push(path);
    pathsOf(value, path, found);
  }
  return found;
}

type Change = (name: string, before: unknown) => readonly [name: string, value: unknown];

/** `Object.fromEntries` makes `__proto__` a member like any other, as `JSON.parse` does. */
function rebuilt(json: unknown, [first, ...rest]: Path, change: Change): unknown {
  const entries = Object.entries(json as object).map(([name, value]) => {
    if (name !== first) return [name, value] as const;
    return rest.length === 0 ? change(name, value) : ([name, rebuilt(value, rest, change)] as const);
  });
  return Array.isArray(json) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
