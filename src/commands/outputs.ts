import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { messageOf } from '../errors.ts';
import { InputError } from './input-error.ts';
import type { Terminal } from './main.ts';

/** One format of the result, and the file it goes to; to stdout where none is named. */
export interface Output<Format extends string> {
  readonly format: Format;
  readonly file?: string;
}

/** `-o json -o markdown=plan.md`: several formats at once, of which one may go to stdout. */
export function outputOption<Format extends string>(formats: readonly [Format, ...Format[]]): Option {
  const list = formats.join('|');
  return new Option('-o, --output <format>', `${list}, or format=file; several add up, one of them to stdout`)
    .argParser((text: string, before: readonly Output<Format>[] | undefined) => {
      const outputs = [...(before === undefined || before === byDefault ? [] : before), parsed(text, formats)];
      if (outputs.filter(({ file }) => file === undefined).length > 1) {
        throw new InvalidArgumentError('only one format can go to stdout: write format=file for the others.');
      }
      return outputs;
    })
    .default(byDefault, formats[0]);
}

/** Stands for the first format; commander hands it to the parser as if somebody had given it. */
const byDefault: readonly never[] = [];

/** Writes each output; the default format where none was asked for. */
export async function writeOutputs<Format extends string>(
  outputs: readonly Output<Format>[],
  render: (format: Format) => string,
  { out, fallback }: Pick<Terminal, 'out'> & { readonly fallback: Format },
): Promise<void> {
  for (const { format, file } of outputs.length === 0 ? [{ format: fallback, file: undefined }] : outputs) {
    if (file === undefined) out(render(format));
    else await written(file, render(format));
  }
}

function parsed<Format extends string>(text: string, formats: readonly Format[]): Output<Format> {
  const [name, ...file] = text.split('=');
  const format = formats.find((each) => each === name);
  if (format === undefined || (file.length > 0 && file.join('=') === '')) {
    throw new InvalidArgumentError(`write one of ${formats.join(', ')}, or format=file.`);
  }
  return file.length === 0 ? { format } : { format, file: file.join('=') };
}

async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new InputError([`${file}: cannot be written: ${messageOf(error)}`]);
  }
}
