import { expect } from 'chai';
import fc from 'fast-check';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import { blocks } from './samples.ts';

describe('networkPolicyProblems', () => {
  const rule = (from: unknown) =>
    ({ policies: [{ name: 'web', spec: { ingress: [{ from: [from] }] } }] }) as NetworkPolicyBlock;
  const port = (member: unknown) =>
    ({ policies: [{ name: 'web', spec: { egress: [{ ports: [member] }] } }] }) as NetworkPolicyBlock;
  const peer = 'policies[0].spec.ingress[0].from[0]';
  const first = 'policies[0].spec.egress[0].ports[0]';

  for (const [path, block] of [
    [peer, rule({})],
    [peer, rule({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } })],
    [`${peer}.podSelector.matchLabels[a b]`, rule({ podSelector: { matchLabels: { 'a b': 'x' } } })],
    [`${peer}.ipBlock.cidr`, rule({ ipBlock: { cidr: '10.0.0.1/8' } })],
    [`${peer}.ipBlock.cidr`, rule({ ipBlock: { cidr: 'nowhere' } })],
    [`${peer}.ipBlock.cidr`, rule({ ipBlock: { cidr: '169.254.169.254/32' } })],
    [`${peer}.ipBlock.cidr`, rule({ ipBlock: { cidr: 'FD00:EC2:0::254/128' } })],
    [`${peer}.ipBlock.except[0]`, rule({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } })],
    [`${peer}.ipBlock.except[1]`, rule({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '11.0.0.0/8'] } })],
    [`${peer}.ipBlock.except[0]`, rule({ ipBlock: { cidr: '2001:db8::/32', except: ['2001:DB8:0::/32'] } })],
    [`${first}.port`, port({ port: 0 })],
    [`${first}.port`, port({ port: '80' })],
    [`${first}.endPort`, port({ port: 'http', endPort: 90 })],
    [`${first}.endPort`, port({ port: 90, endPort: 80 })],
    [
      'policies[1].name',
      {
        policies: [
          { name: 'web', spec: {} },
          { name: 'web', spec: {} },
        ],
      },
    ],
    [
      'policies[0].spec.podSelector.matchExpressions[0].values',
      { policies: [{ name: 'web', spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } }] },
    ],
  ] as const) {
    it(`names ${path} in ${JSON.stringify(block)}`, () => {
      expect(networkPolicy.validate(block as NetworkPolicyBlock).map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  it('finds nothing in the blocks that the schema and its rules let pass', () => {
    fc.assert(
      fc.property(blocks['networkPolicy'] ?? fc.constant({}), (block) => {
        expect(networkPolicy.validate(block as NetworkPolicyBlock)).to.deep.equal([]);
      }),
    );
  });
});
