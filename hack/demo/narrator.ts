import { styleText } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { kubectl } from '../support/kubectl.ts';
import { table } from './table.ts';

type Style = Parameters<typeof styleText>[0];

interface Step {
  readonly title: string;
  /** What was seen; undefined while it wasn't. */
  figure?: string;
  failure?: string;
}

export interface ShowOptions {
  /** So many lines of output at most; the rest is counted. */
  readonly lines?: number;
}

/** Tells the demo's story on stdout and keeps the account of which steps were really observed. */
export class Narrator {
  /** Of the cluster that shown commands talk to. */
  kubeconfig = '';
  readonly #steps: readonly Step[];

  /** @param titles every step there is, so that one that isn't reached is missed */
  constructor(titles: readonly string[]) {
    this.#steps = titles.map((title) => ({ title }));
  }

  /** Tells one step; it counts as observed once `work` has come to its figure. Rejects with what went wrong. */
  async step(title: string, work: () => Promise<string>): Promise<void> {
    const step = this.#steps.find((known) => known.title === title);
    if (step === undefined) throw new Error(`no such step: ${title}`);
    print(`\n${styled('bold', `${this.#steps.indexOf(step) + 1}. ${title}`)}`);
    try {
      step.figure = await work();
      print(styled('green', `✔ ${step.figure}`));
    } catch (error) {
      step.failure = messageOf(error);
      throw error;
    }
  }

  /** A sentence between commands. */
  say(text: string): void {
    print(text);
  }

  /** Runs kubectl and shows what it answers, as a terminal would. Throws where it fails; resolves with its stdout. */
  async kubectl(args: readonly string[], { lines = 20 }: ShowOptions = {}): Promise<string> {
    print(styled('cyan', `$ kubectl ${args.map(shellWord).join(' ')}`));
    const { code, stdout, stderr } = await kubectl(this.kubeconfig, args);
    this.#output(`${stdout}${stderr}`, lines);
    if (code !== 0) throw new Error(`kubectl ${args[0]} failed: ${stderr.trim()}`);
    return stdout;
  }

  /** A command that isn't kubectl, and its output. */
  shown(command: string, output: string): void {
    print(styled('cyan', `$ ${command}`));
    this.#output(output, 20);
  }

  /** Rows under a header, indented. */
  table(rows: readonly (readonly string[])[]): void {
    for (const [index, line] of table(rows).entries()) print(`  ${index === 0 ? styled('dim', line) : line}`);
  }

  /** The table at the end; true where every step was observed. */
  summary(): boolean {
    print(`\n${styled('bold', 'What was observed')}`);
    const rows = this.#steps.map(({ title, figure, failure }) => {
      const result = failure === undefined ? (figure ?? 'not reached') : `FAILED: ${failure.split('\n')[0]}`;
      return [figure === undefined ? '✘' : '✔', title, result];
    });
    for (const line of table(rows)) print(`  ${styled(line.startsWith('✔') ? 'green' : 'red', line)}`);
    return this.#steps.every(({ figure }) => figure !== undefined);
  }

  #output(text: string, limit: number): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines.slice(0, limit)) print(`  ${line}`);
    if (lines.length > limit) print(styled('dim', `  … and ${lines.length - limit} more`));
  }
}

/** A command's words, where none of them holds a space. */
export function words(command: string): readonly string[] {
  return command.split(' ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Colours only where a terminal shows them. */
function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const [, flag = '', value = word] = /^(--[\w-]+=)(.*)$/.exec(word) ?? [];
  return `${flag}'${value}'`;
}
