import type { Command, Option } from 'commander';
import { createProgram } from '../../src/commands/program.ts';
import { RUN_EXIT_CODES } from '../../src/commands/run-command.ts';
import type { GeneratedFile } from './generated-file.ts';

/** `docs/reference/cli.md`: every command and flag, from their definitions. */
export function cliPage(): readonly GeneratedFile[] {
  const program = createProgram({ run: () => Promise.resolve(), print: () => {} });
  const head = ['# Command line', '', 'Written by `make generate` from the definitions.', ''];
  const exitCodes = ['### Exit codes of `parapet run`', '', '```', RUN_EXIT_CODES.trim(), '```', ''];
  const lines = [...head, ...program.commands.flatMap(section), ...exitCodes];
  return [{ path: 'docs/reference/cli.md', content: lines.join('\n') }];
}

function section(command: Command): readonly string[] {
  const title = [`## parapet ${command.name()}`, '', sentence(command.description())];
  if (command.options.length === 0) return [...title, ''];
  return [...title, '', '| flag | default | meaning |', '|---|---|---|', ...command.options.map(row), ''];
}

function row(option: Option): string {
  const choices = option.argChoices === undefined ? '' : ` One of ${option.argChoices.join(', ')}.`;
  // commander gives a --no- flag the default of its opposite.
  const value = option.negate ? undefined : (option.defaultValueDescription ?? option.defaultValue);
  const shown = value === undefined ? '' : `\`${String(value)}\``;
  return `| \`${option.flags}\` | ${shown} | ${sentence(option.description)}${choices} |`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
