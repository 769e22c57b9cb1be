import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { InputError } from '../../src/core/errors.js';

describe('where compiled code stands', () => {
  it('is beside a compiled module', () => {
    const host = new URL('../../dist/runtime/node/host.js', import.meta.url).href;
    const thread = new URL('../../dist/runtime/node/host-thread.js', import.meta.url).href;
    expect(compiled(host, './host-thread.js').href).toBe(thread);
  });

  it('is told where it is neither beside a bundle nor installed there', () => {
    expect(() => compiled('file:///somewhere/bundle.js', './host-thread.js')).toThrow(
      /^host-thread\.js is neither beside the bundle .* nor in an installed graybox-nlp/,
    );
  });

  it('is under dist for a TypeScript source', () => {
    const source = new URL('../../runtime/node/host.ts', import.meta.url).href;
    const url = compiled(source, './host-thread.js');
    expect(url.pathname).toMatch(/\/dist\/runtime\/node\/host-thread\.js$/);
    expect(existsSync(fileURLToPath(url))).toBe(true);
  });

  it('is asked for by name when it is missing', () => {
    expect(() => compiled(import.meta.url, './nothing.js')).toThrow(InputError);
    expect(() => compiled(import.meta.url, './nothing.js')).toThrow(/dist.*nothing\.js.*npm run build/);
  });
});
