import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { createLogger } from '../src/logger.ts';
import type { LoggerOptions } from '../src/logger.ts';

function written(options: Pick<LoggerOptions, 'level' | 'format'>): string {
  const stream = new PassThrough({ encoding: 'utf8' });
  const logger = createLogger({ ...options, stream });
  logger.debug('watch started', { resource: 'roles' });
  logger.info('drift repaired', { namespace: 'shop', object: 'Role/parapet-dev' });
  return String(stream.read());
}

describe('createLogger', () => {
  it('writes one JSON object a line, with the fields beside a constant message', () => {
    const [line = '', ...rest] = written({ level: 'info', format: 'json' }).split('\n');
    expect(rest).to.deep.equal(['']);
    const entry = JSON.parse(line) as Record<string, unknown>;
    expect(entry).to.include({
      level: 'info',
      message: 'drift repaired',
      namespace: 'shop',
      object: 'Role/parapet-dev',
    });
    expect(entry['timestamp']).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it('writes one line for people: time, level, message, fields', () => {
    expect(written({ level: 'info', format: 'text' })).to.match(
      /^\S+Z INFO {2}drift repaired namespace="shop" object="Role\/parapet-dev"\n$/,
    );
  });

  it('writes what is as grave as its level, and no more', () => {
    expect(written({ level: 'debug', format: 'json' }).split('\n')).to.have.length(3);
    expect(written({ level: 'error', format: 'json' })).to.equal('null');
  });
});
