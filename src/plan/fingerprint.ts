import type { Json, StringMap } from '../slots/kube-object.ts';
import type { Content } from '../slots/slot-kind.ts';
import { managedByLabel, policiesAnnotation, slotLabel } from './desired-object.ts';

/** The part of an object that is ours: if it is what we last wrote, nobody else has touched it since. */
export interface OwnPart {
  readonly content: Content;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/**
 * A 53-bit hash (cyrb53) of our part of an object. It tells a policy's edit from a tenant's: not a security boundary,
 * a wrong answer only miscounts one change.
 */
export function fingerprint(part: OwnPart): number {
  const own: Json = [
    part.content,
    part.labels[managedByLabel] ?? null,
    part.labels[slotLabel] ?? null,
    part.annotations[policiesAnnotation] ?? null,
  ];
  return hash53(JSON.stringify(own));
}

/** 53 bits of a text, alike everywhere. */
export function hash53(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
