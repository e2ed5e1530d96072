import { imageFlags } from './image-flags.ts';

/** What a run of the benchmark is asked for. */
export interface Settings {
  readonly namespaces: number;
  readonly repetitions: number;
  readonly idleSeconds: number;
  /** Single tamperings. */
  readonly tamperings: number;
  /** Storms and edits. */
  readonly rounds: number;
  /** Namespaces that come later. */
  readonly late: number;
  /** Whether the null writer also works as an admin. */
  readonly asAdmin: boolean;
  /** Only these; all where there are none. */
  readonly phases: readonly string[];
  /** For the operator's node. */
  readonly nodeFlags: readonly string[];
}

/** From the environment; see docs/performance.md. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): Settings {
  const number = (name: string, otherwise: number): number => Number(env[name] ?? otherwise);
  const words = (name: string): readonly string[] => (env[name] ?? '').split(/[ ,]+/).filter((word) => word !== '');
  const namespaces = number('N', 200);
  const profiles = env['PROFILE'] ?? '';
  return {
    namespaces,
    repetitions: number('REPEAT', namespaces <= 300 ? 3 : namespaces <= 3000 ? 2 : 1),
    idleSeconds: number('IDLE', namespaces <= 3000 ? 60 : 600),
    tamperings: number('TAMPERINGS', 200),
    rounds: number('ROUNDS', namespaces <= 3000 ? 3 : 1),
    late: number('LATE', 100),
    asAdmin: namespaces <= 3000,
    phases: words('PHASES'),
    nodeFlags: [
      ...imageFlags(),
      ...(profiles === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
      ...words('NODE_FLAGS'),
    ],
  };
}
