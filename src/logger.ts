import winston from 'winston';

/** From the rarest to the most frequent. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** `json`: one object a line, for collectors. `text`: for people. */
export type LogFormat = 'json' | 'text';

export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];
export const LOG_FORMATS: readonly LogFormat[] = ['json', 'text'];

/** What a message is about: `policy`, `namespace`, `object`, `action`, `reason`. Never an object's body. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A constant message, so that lines can be counted, and fields for everything that varies. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Where lines go; stderr by default: stdout is for data. */
  readonly stream?: NodeJS.WritableStream;
}

/** A logger of its own: no global state, nothing buffered. */
export function createLogger({ level, format, stream = process.stderr }: LoggerOptions): Logger {
  const sink = winston.createLogger({
    level,
    format: format === 'json' ? jsonLines() : textLines(),
    transports: [new winston.transports.Stream({ stream })],
  });
  return {
    debug: (message, fields = {}) => void sink.log({ ...fields, level: 'debug', message }),
    info: (message, fields = {}) => void sink.log({ ...fields, level: 'info', message }),
    warn: (message, fields = {}) => void sink.log({ ...fields, level: 'warn', message }),
    error: (message, fields = {}) => void sink.log({ ...fields, level: 'error', message }),
  };
}

function jsonLines(): winston.Logform.Format {
  const { combine, timestamp, json } = winston.format;
  return combine(timestamp(), json());
}

function textLines(): winston.Logform.Format {
  const { combine, timestamp, printf } = winston.format;
  return combine(
    timestamp(),
    printf(({ timestamp: time, level, message, ...fields }) => {
      const pairs = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      return [String(time), level.toUpperCase().padEnd(5), String(message), ...pairs].join(' ');
    }),
  );
}
