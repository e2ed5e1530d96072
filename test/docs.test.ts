import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { decodeException } from '../src/api/decode-exception.ts';
import { decodePolicy } from '../src/api/decode-policy.ts';
import { CONDITION_TYPES, MAX_LAST_REPAIRS, MAX_WORST } from '../src/api/policy-status.ts';
import { MAX_DIFFS, MAX_RECENT_REPAIRS } from '../src/api/posture.ts';
import { SLOT_STATES } from '../src/api/report-schema.ts';
import { exceptionResource, policyResource } from '../src/api/resources.ts';
import { createProgram } from '../src/commands/program.ts';
import { EVENT_BURST, EVENT_REFILL_MS } from '../src/kube/event-budget.ts';
import { LEASE_TIMINGS } from '../src/kube/lease-timings.ts';
import { Metrics } from '../src/metrics.ts';
import { metadataAddresses } from '../src/semantics/metadata-addresses.ts';
import { allowPresets } from '../src/slots/allow-presets.ts';
import type { KubeObject } from '../src/slots/kube-object.ts';
import { CONDITION_REASONS } from '../src/status/condition-reasons.ts';

const root = new URL('../', import.meta.url);
const pages = [
  'README.md',
  'CHANGELOG.md',
  'docs/README.md',
  'docs/cli.md',
  'docs/fields.md',
  'docs/performance.md',
  'docs/promises.md',
  'docs/concepts.md',
  'docs/guards.md',
  'docs/exceptions.md',
  'docs/platforms.md',
  'docs/deletion.md',
  'docs/roles.md',
  'docs/operations.md',
  'docs/soak.md',
  'docs/troubleshooting.md',
];
const concepts = read('docs/concepts.md');
const operations = read('docs/operations.md');
const troubleshooting = read('docs/troubleshooting.md');

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The contents of the fenced blocks of one language. */
function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\n([\\s\\S]*?)^\\1\`\`\``, 'gm'))].map(
    ([, , body = '']) => body,
  );
}

function objectsOf(text: string): readonly KubeObject[] {
  return blocks(text, 'yaml')
    .flatMap((body) => parseAllDocuments(body))
    .map((document) => {
      expect(document.errors).to.deep.equal([]);
      return document.toJS() as KubeObject;
    });
}

/** Targets of inline and reference links. */
function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`]*`/g, '');
  const found = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
  return found.map(([, target = '']) => target).filter((target) => !/^https?:/.test(target));
}

/** GitHub's anchors of a page's headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

for (const page of pages) {
  describe(page, () => {
    const text = read(page);

    it('holds only policies that Parapet would accept', () => {
      for (const object of objectsOf(text).filter(({ kind }) => kind === policyResource.kind)) {
        expect(decodePolicy(object).problems).to.deep.equal([]);
      }
    });

    it('holds only exceptions that Parapet would honour', () => {
      for (const object of objectsOf(text).filter(({ kind }) => kind === exceptionResource.kind)) {
        expect(decodeException(object).problems).to.deep.equal([]);
      }
    });

    it('links only to what is there', () => {
      for (const link of linksOf(text)) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? new URL(page, root) : new URL(path, new URL(page, root));
        expect(existsSync(target), link).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(readFileSync(target, 'utf8')), link).to.include(anchor);
      }
    });

    it('names only flags that exist, with their defaults', () => {
      const { commands } = createProgram({ run: () => Promise.resolve(), print: () => undefined });
      // `run` last: where two commands share a flag, the pages speak of the operator's.
      const options = commands.toReversed().flatMap((command) => command.options);
      const defaults = new Map(options.map(({ long, defaultValue }) => [long, String(defaultValue)]));
      const flags = /`(--[a-z-]+)[^`]*`(?:\s+\(default\s+`([^`]+)`\))?/g;
      for (const [, flag = '', quoted] of text.matchAll(flags)) {
        expect(defaults.has(flag), flag).to.equal(true);
        if (quoted !== undefined) expect(defaults.get(flag), flag).to.equal(quoted);
      }
    });

    it('names only metrics that exist', () => {
      const known = new Metrics({ version: '' }).registry.getMetricsAsArray().map(({ name }) => name);
      const named = text.matchAll(/\b(?:parapet|workqueue|rest_client|leader_election)_[a-z_]*[a-z]/g);
      for (const [name] of named) expect(known).to.include(name.replace(/_(bucket|sum|count)$/, ''));
    });
  });
}

describe('README.md as a first page', () => {
  it('has a policy to copy and is read in two minutes', () => {
    expect(objectsOf(read('README.md')).map(({ kind }) => kind)).to.deep.equal([policyResource.kind]);
    expect(read('README.md').split('\n')).to.have.length.below(155);
  });
});

describe('docs/troubleshooting.md', () => {
  for (const reason of CONDITION_REASONS) {
    it(`tells what ${reason} means`, () => expect(troubleshooting).to.match(new RegExp(`^\\|.*\`${reason}\``, 'm')));
  }
});

describe('docs/concepts.md', () => {
  for (const state of SLOT_STATES) {
    it(`tells what the state ${state} means`, () => expect(concepts).to.match(new RegExp(`^\\| \`${state}\``, 'm')));
  }

  for (const type of CONDITION_TYPES) {
    it(`tells when a policy is ${type}`, () => expect(concepts).to.include(`${type}=`));
  }

  for (const { preset, name } of allowPresets) {
    it(`tells which slot ${preset} becomes`, () => {
      expect(concepts).to.match(new RegExp(`\`NetworkPolicy/${name}\` +\\| \`allow: \\[${preset}\\]\``));
    });
  }

  it('quotes the bounds of the reports as they are', () => {
    for (const text of [
      `up to ${MAX_WORST} namespaces`,
      `holds the last ${MAX_LAST_REPAIRS}`,
      `up to ${MAX_DIFFS} differing fields`,
      `\`recentRepairs\` the last ${MAX_RECENT_REPAIRS}`,
      `${EVENT_BURST} at once, then one in five minutes`,
    ]) {
      expect(concepts.replaceAll(/\s+/g, ' ')).to.include(text);
    }
    expect(EVENT_REFILL_MS).to.equal(5 * 60_000);
  });
});

describe('docs/platforms.md', () => {
  for (const { address, cloud } of metadataAddresses) {
    it(`lists ${address}`, () => {
      expect(read('docs/platforms.md')).to.match(new RegExp(`^\\| \`${address}\` +\\| ${cloud} +\\|$`, 'm'));
    });
  }
});

describe('docs/guards.md', () => {
  const guards = read('docs/guards.md');
  const admission = new URL('config/admission/', root);
  const files = readdirSync(admission, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  for (const file of files) {
    it(`names every guard and ClusterRole of config/admission/${file}`, () => {
      for (const document of parseAllDocuments(readFileSync(new URL(file, admission), 'utf8'))) {
        expect(guards).to.include(`\`${(document.toJS() as KubeObject).metadata.name}\``);
      }
    });
  }
});

describe('docs/operations.md', () => {
  it('quotes the timings of the Lease as they are', () => {
    const { leaseMs, renewMs, retryMs } = LEASE_TIMINGS;
    expect(operations).to.include(
      `lasts ${leaseMs / 1000} s, must be renewed within ${renewMs / 1000} s, and is tried every ${retryMs / 1000} s`,
    );
  });
});
