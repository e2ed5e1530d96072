import { Type } from 'typebox';

/** A short string of what Parapet writes about itself. Lengths are in characters. */
export function text(description: string, maxLength = 253) {
  return Type.String({ description, maxLength });
}

/** `Kind/name`: a Role's name alone may have 253 characters. */
export function slotText() {
  return text('`Kind/name` of the object.', 320);
}

/** RFC 3339, in UTC, to the second. */
export function time(description: string) {
  return Type.String({ description, format: 'date-time' });
}

/** A number of things: whole, not negative. */
export function count(description: string) {
  return Type.Integer({ description, minimum: 0 });
}

/** Of a status. */
export const observedGeneration = Type.Optional(
  Type.Integer({ description: 'The generation of spec this status speaks of; -1 before the first look.', minimum: -1 }),
);

/** How a slot stands. */
export const SLOT_STATES = [
  'OK',
  'Frozen',
  'Pending',
  'Missing',
  'Modified',
  'Replaced',
  'Unwanted',
  'Orphaned',
  'Foreign',
  'Competing',
  'Widened',
  'Blocked',
  'Held',
  'Exempt',
] as const;

/** How a namespace stands: the worst of these, in this order, that one of its slots calls for. */
export const NAMESPACE_STATES = ['Blocked', 'Drifted', 'Held', 'Pending', 'Exempt', 'Compliant'] as const;
