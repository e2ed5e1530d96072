import { isEmpty } from './preview.ts';
import type { BeforeAfter, ChangePreview, FindingPreview, NamespacePreview, Preview } from './preview.ts';
import { aligned, diffLine, someOf } from './text.ts';
import type { Shorten } from './text.ts';

const SIGNS: Readonly<Record<ChangePreview['action'], string>> = {
  create: '+',
  change: '~',
  recreate: '±',
  delete: '-',
};

/** A plan for people at a terminal: the blast radius, the policies, then each namespace. */
export function planTable(preview: Preview, shorten: Shorten): string {
  const blocks = [
    ...(isEmpty(preview) ? ['No change.'] : []),
    blastRadius(preview).join('\n'),
    policyTable(preview).join('\n'),
    ...preview.namespaces.map((namespace) => namespaceBlock(namespace, shorten).join('\n')),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The blast radius, a line each for namespaces and objects; names where it matters which. */
function blastRadius({ summary: { namespaces, objects } }: Preview): readonly string[] {
  const named = [
    ['newly matched', namespaces.newlyMatched],
    ['no longer matched', namespaces.noLongerMatched],
    ['changed', namespaces.changed],
    ['newly denied', namespaces.newlyDenied],
  ] as const;
  const dueAnyway = objects.dueAnyway === 0 ? '' : ` (${objects.dueAnyway} due anyway)`;
  return [
    `Namespaces: ${namespaces.matched} of ${namespaces.total} matched`,
    ...named.map(([what, names]) => `  ${what}: ${names.length}${names.length === 0 ? '' : ` (${someOf(names)})`}`),
    `Objects: ${objects.created} created, ${objects.changed} changed, ${objects.deleted} deleted${dueAnyway}`,
  ];
}

function policyTable({ policies }: Preview): readonly string[] {
  if (policies.length === 0) return [];
  const rows = policies.map(({ name, change, mode, matched, file, line }) => [
    name,
    change,
    mode,
    matched.before === matched.after ? String(matched.after) : `${matched.before} -> ${matched.after}`,
    `${file}:${line}`,
  ]);
  return aligned([['POLICY', 'CHANGE', 'MODE', 'NAMESPACES', 'FILE'], ...rows]);
}

function namespaceBlock({ namespace, selectedBy, closed, changes, findings }: NamespacePreview, shorten: Shorten) {
  return [
    `${namespace}: selected by ${selectedBy.after.join(', ') || 'no policy'}${difference(selectedBy)}`,
    ...(same(closed) ? [] : [`  closed for every pod: ${closed.after.join(', ') || 'nothing'}${difference(closed)}`]),
    ...changes.flatMap((change) => changeLines(change, shorten)),
    ...findings.flatMap((finding) => findingLines(finding, shorten)),
  ];
}

function changeLines({ action, slot, policies, dueAnyway, diffs }: ChangePreview, shorten: Shorten): readonly string[] {
  const anyway = dueAnyway ? ', due anyway' : '';
  const rebuilt = action === 'recreate' ? ', deleted and created again' : '';
  return [
    `  ${SIGNS[action]} ${slot} (${policies.join(', ')}${rebuilt}${anyway})`,
    ...diffs.map((diff) => `      ${diffLine(diff, shorten)}`),
  ];
}

function findingLines(
  { slot, state, reason, message, audit, diffs }: FindingPreview,
  shorten: Shorten,
): readonly string[] {
  const seen = audit === undefined ? '' : ` (${audit} only reports)`;
  return [
    `  ! ${slot}: ${state === 'OK' && reason !== '' ? reason : state}${seen}${message === '' ? '' : `: ${message}`}`,
    ...diffs.map((diff) => `      ${diffLine(diff, shorten)}`),
  ];
}

function same({ before, after }: BeforeAfter): boolean {
  return before.join() === after.join();
}

/** ` (newly a; no longer b)`, or nothing. */
function difference({ before, after }: BeforeAfter): string {
  const gained = after.filter((name) => !before.includes(name));
  const lost = before.filter((name) => !after.includes(name));
  const parts = [
    ...(gained.length === 0 ? [] : [`newly ${gained.join(', ')}`]),
    ...(lost.length === 0 ? [] : [`no longer ${lost.join(', ')}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}
