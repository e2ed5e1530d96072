const DURATION = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?(?:(\d{1,6})ms)?$/;
const MS = [86_400_000, 3_600_000, 60_000, 1_000, 1];

/** Days, hours, minutes, seconds, milliseconds. */
const UNITS = ['d', 'h', 'm', 's', 'ms'];

/** A duration as Go spells it, with days beside: `90d`, `36h`, `1h30m`, `500ms`, in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const counts = DURATION.exec(text)?.slice(1);
  if (text === '' || counts === undefined) return undefined;
  return counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (MS[index] ?? 0), 0);
}

/** The same the other way round, in its largest whole parts; what is less than a millisecond is left out. */
export function spelledDuration(ms: number): string {
  let rest = ms;
  const parts = MS.map((unit, index) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    return count === 0 ? '' : `${count}${UNITS[index]}`;
  });
  return parts.join('') || '0s';
}
