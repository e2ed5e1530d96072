import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { booleanValue, cidrsValue, countValue, dnsValue, listValue } from '../../src/commands/flag-values.ts';

describe('dnsValue', () => {
  it('reads addresses with and without ports, of both families', () => {
    expect(dnsValue('10.96.0.10:53, 169.254.20.10,[fd00::a]:5353')).to.deep.equal({
      peers: [{ cidr: '10.96.0.10/32' }, { cidr: '169.254.20.10/32' }, { cidr: 'fd00::a/128' }],
      ports: [53, 5353],
    });
  });

  it('reads pods by namespace and label, whose key may have a prefix', () => {
    expect(
      dnsValue('kube-system/k8s-app=kube-dns,openshift-dns/dns.operator.openshift.io/daemonset-dns=default:5353'),
    ).to.deep.equal({
      peers: [
        { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } },
        { namespace: 'openshift-dns', podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' } },
      ],
      ports: [53, 5353],
    });
  });

  for (const text of [
    '/a=b',
    'kube-system/=b',
    'kube-system/a=',
    'a=b',
    'kube-system/a=b:0',
    '',
    ',',
    'dns.local',
    '10.96.0.0/16',
    '10.96.0.10:0',
    '10.96.0.10:70000',
  ]) {
    it(`refuses "${text}"`, () => expect(() => dnsValue(text)).to.throw(InvalidArgumentError));
  }
});

describe('listValue', () => {
  it('splits at commas and forgets spaces and empty members', () => {
    expect(listValue('kube-*, argocd,')).to.deep.equal(['kube-*', 'argocd']);
    expect(listValue('')).to.deep.equal([]);
  });
});

describe('booleanValue', () => {
  it('reads true and false only', () => {
    expect([booleanValue('true'), booleanValue('false')]).to.deep.equal([true, false]);
    expect(() => booleanValue('1')).to.throw(InvalidArgumentError);
  });
});

describe('countValue', () => {
  it('reads whole numbers from 1 on', () => {
    expect(countValue('16')).to.equal(16);
    for (const text of ['0', '-1', '1.5', 'many', '']) expect(() => countValue(text)).to.throw(InvalidArgumentError);
  });
});

describe('cidrsValue', () => {
  it('reads networks of both families', () => {
    expect(cidrsValue('10.0.0.0/16, fd00:10::/64')).to.deep.equal(['10.0.0.0/16', 'fd00:10::/64']);
  });

  for (const text of ['', ',', '10.0.0.1', '10.0.0.1/16', '0.0.0.0/0', '::/0', 'nodes', '10.0.0.0/33']) {
    it(`refuses "${text}"`, () => expect(() => cidrsValue(text)).to.throw(InvalidArgumentError));
  }
});
