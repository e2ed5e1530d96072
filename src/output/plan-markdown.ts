import { planTable } from './plan-table.ts';
import { isEmpty } from './preview.ts';
import type { Preview } from './preview.ts';
import type { Shorten } from './text.ts';

/** GitHub takes a comment of 65,536 characters; what follows the blast radius is cut before that. */
const MAX_DETAILS = 60_000;

/** A plan for a pull request: the blast radius open, everything else folded away. */
export function planMarkdown(preview: Preview, shorten: Shorten): string {
  const title = isEmpty(preview) ? '### Parapet: no change' : '### Parapet: what this would change';
  const { namespaces, objects } = preview.summary;
  const rows = [
    ['namespaces matched', `${namespaces.matched} of ${namespaces.total}`],
    ['newly matched', String(namespaces.newlyMatched.length)],
    ['no longer matched', String(namespaces.noLongerMatched.length)],
    ['newly denied', String(namespaces.newlyDenied.length)],
    ['with changes', String(namespaces.changed.length)],
    ['objects created / changed / deleted', `${objects.created} / ${objects.changed} / ${objects.deleted}`],
  ];
  return [
    title,
    '',
    '| blast radius | |',
    '|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    '<details><summary>Policies and namespaces</summary>',
    '',
    ...fenced(details(preview, shorten)),
    '',
    '</details>',
    '',
  ].join('\n');
}

function details(preview: Preview, shorten: Shorten): string {
  const text = planTable(preview, shorten).trimEnd();
  if (text.length <= MAX_DETAILS) return text;
  const kept = text.slice(0, text.lastIndexOf('\n', MAX_DETAILS));
  return `${kept}\n… cut: -o json has everything`;
}

/** Names and values are others' text: no run of backticks in it may end the block. */
function fenced(text: string): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, text, fence];
}
