import { members } from './members.ts';

/**
 * The status of the Ready condition where it speaks of this generation of the object; undefined where nothing does.
 * `status` may be anything: only Parapet writes it, and an odd one says nothing.
 */
export function readyStatus(status: unknown, generation: number): string | undefined {
  const { observedGeneration, conditions } = members(status);
  if (observedGeneration !== generation || !Array.isArray(conditions)) return undefined;
  const { status: ready } = conditions.map(members).find(({ type }) => type === 'Ready') ?? {};
  return typeof ready === 'string' ? ready : undefined;
}

/** Whether the status gives the answer for this generation, be it yes or no. */
export function isAnswered(status: unknown, generation: number): boolean {
  const ready = readyStatus(status, generation);
  return ready !== undefined && ready !== 'Unknown';
}
