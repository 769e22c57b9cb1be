import type { LimitsData } from '../src/core/limits.js';
import type { GrayBox } from '../src/oracle/contract.js';
import { LocalBox } from '../src/oracle/local.js';
import { BlockingClient } from './client.js';
import { openExecutable } from './open.js';
import { smoothExecutable } from './smooth-program.js';
import type { BoxBinding } from './task.js';

/** A gray box that a solving thread opened. */
export interface OpenBox {
  readonly box: GrayBox;
  /** Says that a solve begins, which ends by these limits. */
  begin(limits: LimitsData): void;
  dispose(): void | Promise<void>;
}

/** Opens what a binding names; gray boxes that are at hand are not closed with it. */
export async function openBox(binding: BoxBinding, limits: LimitsData): Promise<OpenBox> {
  if (binding.kind === 'ready') return { box: binding.box, begin() {}, dispose() {} };
  if (binding.kind === 'mailbox') {
    const box = new BlockingClient(binding.mailbox, limits);
    return { box, begin: (own) => box.begin(own), dispose() {} };
  }
  if (binding.kind === 'smooth') {
    const box = new LocalBox(smoothExecutable(binding.spec), true, { name: binding.spec.layer, limits });
    return { box, begin: (own) => box.begin(own), dispose() {} };
  }
  const { spec } = binding;
  const executable = await openExecutable(spec);
  const box = new LocalBox(executable, true, { name: spec.programs.name, limits });
  return { box, begin: (own) => box.begin(own), dispose: () => executable.dispose() };
}
