import type { Command, Option } from 'commander';
import { createProgram } from '../../src/commands/program.ts';
import type { GeneratedFile } from './generated-file.ts';

/** `docs/reference/cli.md`: every command and flag, from their definitions. */
export function cliPage(): readonly GeneratedFile[] {
  const program = createProgram({ run: () => Promise.resolve(), print: () => {} });
  const head = ['# Command line', '', 'Written by `make generate` from the definitions.', ''];
  const lines = [...head, ...program.commands.flatMap(section)];
  return [{ path: 'docs/reference/cli.md', content: lines.join('\n') }];
}

function section(command: Command): readonly string[] {
  const title = [`## parapet ${command.name()}`, '', sentence(command.description())];
  if (command.options.length === 0) return [...title, ''];
  const flags = ['', '| flag | default | meaning |', '|---|---|---|', ...command.options.map(row), ''];
  return [...title, ...flags, ...exitCodes(command)];
}

/** As `--help` tells them, with whatever it says before them. */
function exitCodes(command: Command): readonly string[] {
  const help: string[] = [];
  command.configureOutput({ writeOut: (text) => help.push(text) }).outputHelp();
  const [, after = ''] = help.join('').split(/display help for command\n/);
  return after.trim() === '' ? [] : ['```text', after.trim(), '```', ''];
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
