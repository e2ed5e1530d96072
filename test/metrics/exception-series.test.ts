import { expect } from 'chai';
import { Registry } from 'prom-client';
import { MAX_EXPIRING, exceptionMetrics } from '../../src/metrics/exception-series.ts';
import type { ExceptionReading, ExceptionReadings } from '../../src/metrics/exception-series.ts';

const NOW = 1_900_000_000_000;
const DAY = 24 * 3_600_000;
const EXPIRATION = 'parapet_exception_expiration_timestamp_seconds';

function reading(name: string, days: number, state: ExceptionReading['state'] = 'active'): ExceptionReading {
  return { name, state, expiresAt: NOW + days * DAY };
}

describe('exceptionMetrics', () => {
  let readings: ExceptionReadings;
  let registry: Registry;

  beforeEach(() => {
    readings = { now: NOW, exceptions: [] };
    registry = new Registry();
    exceptionMetrics(registry, () => readings);
  });

  async function seriesOf(name: string): Promise<readonly string[]> {
    const text = await registry.getSingleMetricAsString(name);
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  it('count the exceptions by how they stand, zeros included', async () => {
    readings = { now: NOW, exceptions: [reading('a', 90), reading('b', -1, 'expired'), reading('c', 90)] };
    expect(await seriesOf('parapet_exceptions')).to.deep.equal([
      'parapet_exceptions{state="active"} 2',
      'parapet_exceptions{state="unmatched"} 0',
      'parapet_exceptions{state="expired"} 1',
      'parapet_exceptions{state="invalid"} 0',
    ]);
  });

  it('tell the end of those that end within seven days, as time goes by', async () => {
    readings = { now: NOW, exceptions: [reading('late', 8), reading('soon', 7), reading('gone', -1, 'expired')] };
    expect(await seriesOf(EXPIRATION)).to.deep.equal([`${EXPIRATION}{exception="soon"} ${NOW / 1000 + 7 * 86_400}`]);
    readings = { ...readings, now: NOW + DAY };
    expect(await seriesOf(EXPIRATION)).to.have.length(2);
  });

  it('drop a series with its exception', async () => {
    readings = { now: NOW, exceptions: [reading('soon', 1)] };
    expect(await seriesOf(EXPIRATION)).to.have.length(1);
    readings = { now: NOW, exceptions: [] };
    expect(await seriesOf(EXPIRATION)).to.deep.equal([]);
  });

  it('are bounded: of many that end soon, the first', async () => {
    const exceptions = Array.from({ length: MAX_EXPIRING + 50 }, (_, index) => reading(`e${index}`, index / 1000));
    readings = { now: NOW, exceptions: exceptions.toReversed() };
    const series = await seriesOf(EXPIRATION);
    expect(series).to.have.length(MAX_EXPIRING);
    expect(series.join()).to.include('"e0"').and.not.include(`"e${MAX_EXPIRING}"`);
  });
});
