/** A page with what stands between the two markers of that name written anew. Throws where the page lacks them. */
export function withBlock(page: string, name: string, lines: readonly string[]): string {
  const begin = `<!-- Written by make ${name}: do not edit. -->`;
  const end = `<!-- End of what make ${name} wrote. -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page lacks "${begin}" or, after it, "${end}"`);
  return `${page.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${page.slice(to)}`;
}
