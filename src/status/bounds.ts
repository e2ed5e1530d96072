import { MAX_MESSAGE_LENGTH } from '../api/policy-status.ts';
import { MAX_DIFF_VALUE_LENGTH } from '../api/posture.ts';
import type { Json } from '../slots/kube-object.ts';

/** A text cut to what a condition or an event may hold, the cut shown. */
export function boundedMessage(text: string): string {
  return cut(text, MAX_MESSAGE_LENGTH);
}

/** A value as JSON text, cut to what a diff may show; undefined stays undefined. */
export function boundedValue(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : cut(JSON.stringify(value), MAX_DIFF_VALUE_LENGTH);
}

/** A text of at most `limit` characters, the cut shown. Half a character would come back as another one. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
