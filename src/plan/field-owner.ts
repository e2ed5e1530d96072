import { claimsOn } from './actor.ts';
import { fieldManager } from './desired-object.ts';
import { filterLeaves, leavesOf } from '../slots/leaves.ts';
import type { Leaves } from '../slots/leaves.ts';
import type { LiveObject } from './snapshot.ts';

/** The values in an object that isn't ours which Parapet claims by its applies, whoever else does. */
export function claimedLeaves(live: LiveObject): Leaves {
  return filterLeaves(leavesOf(live.content), (pointer) => claimants(live, pointer).includes(fieldManager));
}

/** Those that nobody but Parapet claims. */
export function ownLeaves(live: LiveObject): Leaves {
  return filterLeaves(leavesOf(live.content), (pointer) => {
    const managers = claimants(live, pointer);
    return managers.length > 0 && managers.every((manager) => manager === fieldManager);
  });
}

function claimants({ managedFields = [] }: LiveObject, pointer: string): readonly string[] {
  return claimsOn(pointer, managedFields).map(({ manager = '' }) => manager);
}
