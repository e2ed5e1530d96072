import type { FieldDiff } from '../plan/namespace-plan.ts';

/** How a value is shown to people: as JSON text, shortened; undefined where there is none. */
export type Shorten = (value: FieldDiff['live']) => string | undefined;

/** Columns as kubectl aligns them: as wide as the widest cell, three spaces apart. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}

/** The first names, and how many there are beside. */
export function someOf(names: readonly string[], limit = 10): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length <= limit ? shown : `${shown} and ${names.length - limit} more`;
}

/** `/spec/hard/pods: "40" -> "400"`: what is there, and what is wanted. */
export function diffLine({ pointer, live, expected }: FieldDiff, shorten: Shorten): string {
  return `${pointer}: ${shorten(live) ?? '(absent)'} -> ${shorten(expected) ?? '(absent)'}`;
}
