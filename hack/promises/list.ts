import { AS_A_GUARD } from './as-a-guard.ts';
import { AT_SCALE } from './at-scale.ts';
import { IN_DAILY_WORK } from './in-daily-work.ts';
import type { Promised } from './promise.ts';
import { UNDER_FAULT } from './under-fault.ts';

/** All that docs/promises.md tells of, numbered from 1. */
export const PROMISES: readonly Promised[] = [...UNDER_FAULT, ...IN_DAILY_WORK, ...AT_SCALE, ...AS_A_GUARD];
