import { describe, expect, it } from '@jest/globals';
import { byDigest, digestOf, registryOf, splitTag, toBePushed } from '../../src/images/reference.js';

describe('DEPLOY_ROLLOUT: references of images', () => {
  it.each([
    ['busybox:1.35', 'docker.io'],
    ['acme/shop-web:v1', 'docker.io'],
    ['docker.io/acme/web', 'docker.io'],
    ['localhost/web', 'localhost'],
    ['Registry.example.com/shop/web:v1', 'registry.example.com'],
    ['registry.example.com:5000/web@sha256:abc', 'registry.example.com:5000'],
  ])('%s is in %s', (reference, registry) => expect(registryOf(reference)).toBe(registry));

  it.each([
    ['127.0.0.1:5000/shop/web:v1', '127.0.0.1:5000/shop/web', 'v1'],
    ['127.0.0.1:5000/shop/web', '127.0.0.1:5000/shop/web', 'latest'],
    ['web:v1@sha256:abc', 'web', 'v1'],
  ])('%s has the name %s and the tag %s', (reference, name, tag) => expect(splitTag(reference)).toEqual({ name, tag }));

  it('names an image by its digest, and finds the digest that was noted for that name alone', () => {
    const noted = ['other.example.com/shop/web@sha256:111', 'registry:5000/shop/web@sha256:222'];
    expect(digestOf('registry:5000/shop/web:v1', noted)).toBe('sha256:222');
    expect(digestOf('registry:5000/shop/we:v1', noted)).toBeUndefined();
    expect(byDigest('registry:5000/shop/web:v1', 'sha256:222')).toBe('registry:5000/shop/web@sha256:222');
  });

  it('pushes what has the name of a registry or of an account there', () => {
    expect(toBePushed('shop-web:v1')).toBe(false);
    expect(toBePushed('acme/shop-web:v1')).toBe(true);
  });
});
