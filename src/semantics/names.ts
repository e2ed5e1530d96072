/** Name syntaxes of Kubernetes, and the globs policies choose names with. */

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** RFC 1123 label: namespaces, most short names. At most 63 characters. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && DNS_LABEL.test(name);
}

/** RFC 1123 subdomain: object names. At most 253 characters. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && name.split('.').every((part) => DNS_LABEL.test(part));
}

/** A label's value: empty, or at most 63 characters that begin and end alphanumerically. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && LABEL_PART.test(value));
}

/** A label's key: an optional DNS subdomain and `/`, then a name of at most 63 characters. */
export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const prefixed = slash < 0 || isDnsSubdomain(key.slice(0, slash));
  return prefixed && name.length <= 63 && LABEL_PART.test(name);
}

/** An IANA service name: what a named port may be called. At most 15 characters, one of them a letter. */
export function isPortName(name: string): boolean {
  return name.length <= 15 && DNS_LABEL.test(name) && /[a-z]/.test(name) && !name.includes('--');
}

/**
 * Whether `*` (any run of characters) and `?` (any one) make `pattern` match the whole of `text`.
 * At most pattern times text steps: on a mismatch only the last `*` is widened, which suffices for globs.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let [p, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
