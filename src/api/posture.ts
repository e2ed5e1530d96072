import { Type } from 'typebox';
import type { Static } from 'typebox';
import { LIST_ATOMIC, listMap, oneOf } from '../slots/schema.ts';
import type { ObjectMeta } from '../slots/kube-object.ts';
import { NAMESPACE_STATES, SLOT_STATES, count, slotText, text, time } from './report-schema.ts';

/** Bounds of a report; the writer also keeps the whole of it under 32 KiB. */
export const MAX_SLOTS = 256;
export const MAX_DIFFS = 20;
export const MAX_DIFF_VALUE_LENGTH = 256;
export const MAX_RECENT_REPAIRS = 5;
export const MAX_SLOT_MESSAGE_LENGTH = 512;
export const MAX_SLOT_POLICIES = 64;
export const MAX_APPLIED_LENGTH = 4096;
export const MAX_BEFORE_LENGTH = 1024;

const diff = Type.Object({
  pointer: text('JSON pointer from the root of the object.', 512),
  expected: Type.Optional(
    text('JSON text, cut after 256 characters; absent where the field should not be there.', MAX_DIFF_VALUE_LENGTH),
  ),
  live: Type.Optional(
    text('JSON text, cut after 256 characters; absent where the field is missing.', MAX_DIFF_VALUE_LENGTH),
  ),
  actor: text('Field manager that claims the live value, `unknown` where the cluster cannot tell.'),
});

const contest = Type.Object(
  {
    manager: text('Field manager that claims the changes, `unknown` where the cluster cannot tell.'),
    repairs: count('How often it was repaired, with less than ten quiet minutes in between.'),
    since: time('When the first of these repairs was made.'),
    lastRepairTime: time('When the last one was made. After ten quiet minutes all this is gone.'),
  },
  { description: 'Somebody else keeps changing the object: its repairs are paced, at most 15 seconds apart.' },
);

const slot = Type.Object({
  slot: slotText(),
  policies: Type.Array(text('A policy.'), {
    description: 'The winner, or everyone who contributed; and who holds it otherwise.',
    maxItems: MAX_SLOT_POLICIES,
    ...LIST_ATOMIC,
  }),
  uid: Type.Optional(text('Of the object that Parapet wrote; it outranks labels, which tenants can edit.', 64)),
  state: oneOf(SLOT_STATES, 'How the slot stands.'),
  reason: Type.Optional(text('One CamelCase word, stable.', 128)),
  exception: Type.Optional(
    text('The SecurityException that covers it, or that has ended without the slot being as wanted again.'),
  ),
  message: Type.Optional(text('For people.', MAX_SLOT_MESSAGE_LENGTH)),
  since: Type.Optional(time('Since when it stands so.')),
  applied: Type.Optional(
    text('What was last written, as JSON, while an edit is Held: what repairs go back to.', MAX_APPLIED_LENGTH),
  ),
  contest: Type.Optional(contest),
  before: Type.Optional(
    text(
      "Of fields of an object that isn't ours: JSON text of what stood there before Parapet's first write, by JSON pointer; null where nothing did.",
      MAX_BEFORE_LENGTH,
    ),
  ),
  diffs: Type.Optional(Type.Array(diff, { description: 'Fields that differ.', maxItems: MAX_DIFFS, ...LIST_ATOMIC })),
});

const repair = Type.Object({
  slot: slotText(),
  kind: text('The kind of drift that was repaired.', 63),
  actor: text('Field manager that claims the change, `unknown` where the cluster cannot tell.'),
  detectedTime: time('When it was found.'),
  repairedTime: time('When it was mended.'),
});

/** The members of a NamespacePosture beside metadata. It is a report: no spec, no status, one write. */
export const postureMembers = {
  summary: Type.Object(
    {
      state: oneOf(NAMESPACE_STATES, 'The worst that one of the slots calls for.'),
      slots: count('Slots in all.'),
      ok: count('Slots as they should be.'),
      drifted: count('Slots that differ.'),
      blocked: count('Slots that cannot be repaired.'),
      held: count('Slots whose change waits, because running workloads would violate it.'),
      widened: count("Other people's objects that open what the posture closes."),
      exempt: count('Slots that a SecurityException covers.'),
    },
    { description: 'The namespace at a glance.' },
  ),
  slots: Type.Array(slot, {
    description: 'Every object the posture consists of.',
    maxItems: MAX_SLOTS,
    ...listMap('slot'),
  }),
  recentRepairs: Type.Optional(
    Type.Array(repair, {
      description: 'The latest repairs, newest first.',
      maxItems: MAX_RECENT_REPAIRS,
      ...LIST_ATOMIC,
    }),
  ),
  truncated: Type.Optional(Type.Boolean({ description: 'Whether something was cut to keep the report small.' })),
};

const postureSchema = Type.Object(postureMembers);

export type PostureContent = Static<typeof postureSchema>;
export type PostureSlot = Static<typeof slot>;
export type PostureContest = Static<typeof contest>;
export type PostureDiff = Static<typeof diff>;
export type PostureRepair = Static<typeof repair>;

/** A NamespacePosture as the cluster holds it. */
export interface NamespacePosture extends PostureContent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}
