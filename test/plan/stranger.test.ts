import { expect } from 'chai';
import type { LiveObject } from '../../src/plan/snapshot.ts';
import { ownerOf } from '../../src/plan/stranger.ts';

function object(marks: Partial<LiveObject>): LiveObject {
  const bare = { kind: 'NetworkPolicy', name: 'a', uid: 'u', resourceVersion: '1', content: {} };
  return { ...bare, labels: {}, annotations: {}, managers: [], ...marks };
}

describe('ownerOf', () => {
  const table: readonly (readonly [what: string, marks: Partial<LiveObject>, told: string])[] = [
    ['nobody', {}, 'unknown'],
    [
      'people at a terminal',
      { managers: ['kubectl-client-side-apply', 'kubectl-edit'] },
      'kubectl-client-side-apply, kubectl-edit',
    ],
    [
      'an Argo CD application',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:a/b' } },
      'Argo CD (shop:apps/Deployment:a/b)',
    ],
    ['Argo CD by its manager', { managers: ['argocd-controller'] }, 'Argo CD'],
    [
      'a Flux Kustomization',
      {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      },
      'Flux (flux-system/apps)',
    ],
    [
      'a Flux HelmRelease',
      { labels: { 'helm.toolkit.fluxcd.io/name': 'web', 'app.kubernetes.io/managed-by': 'Helm' } },
      'Flux (web)',
    ],
    ['Flux by its manager', { managers: ['kustomize-controller', 'parapet'] }, 'Flux'],
    [
      'a Helm release',
      { annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' } },
      'Helm (shop/web)',
    ],
    ['Helm by its label', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, 'Helm'],
    [
      'a Kyverno policy',
      { labels: { 'app.kubernetes.io/managed-by': 'kyverno', 'generate.kyverno.io/policy-name': 'deny' } },
      'Kyverno (deny)',
    ],
    ['a Capsule tenant', { labels: { 'capsule.clastix.io/tenant': 'oil' } }, 'Capsule (oil)'],
    ['a Rancher project', { annotations: { 'field.cattle.io/projectId': 'c-1:p-1' } }, 'Rancher (c-1:p-1)'],
    ['what others have by that label', { labels: { 'app.kubernetes.io/managed-by': 'me' }, managers: ['me'] }, 'me'],
  ];
  for (const [what, marks, told] of table) {
    it(`recognises ${what}`, () => {
      expect(ownerOf(object(marks)).told).to.equal(told);
    });
  }

  it("names the tool's own field manager as actor where it is among them", () => {
    expect(ownerOf(object({ managers: ['before-first-apply', 'kustomize-controller'] })).manager).to.equal(
      'kustomize-controller',
    );
    expect(
      ownerOf(object({ managers: ['kubectl'], labels: { 'app.kubernetes.io/managed-by': 'Helm' } })).manager,
    ).to.equal('kubectl');
    expect(ownerOf(object({})).manager).to.equal('unknown');
  });
});
