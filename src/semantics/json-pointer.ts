/** RFC 6901: `~` and `/` inside a key are written `~0` and `~1`. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The keys a JSON pointer leads along: of `/metadata/labels/a~1b` they are `metadata`, `labels`, `a/b`. */
export function pointerPath(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map(unescapePointer);
}

function unescapePointer(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
