/** A figure beside its goal. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** Empty where there is none. */
  readonly goal: string;
  /** Undefined where there is no goal. */
  readonly met?: boolean;
}

/** A Markdown table. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const lines = rows.map(({ what, figure, goal, met }) => {
    const marked = met === undefined ? figure : met ? `${figure} ✓` : `**${figure}** ✗`;
    return `| ${what} | ${marked} | ${goal} |`;
  });
  return ['| figure | measured | goal |', '|---|---|---|', ...lines];
}

/** A count that has to be none. */
export function none(what: string, count: number): Row {
  return { what, figure: String(count), goal: '0', met: count === 0 };
}

/** A figure without a goal. */
export function plain(what: string, figure: string | number): Row {
  return { what, figure: String(figure), goal: '' };
}

/** `1.23 s`. */
export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
