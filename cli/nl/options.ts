import { type AdoptedOptions, adoptIpoptOptions } from '../../index.js';

/** {@link adoptIpoptOptions} for a .nl file, where a negative `obj_scaling_factor` maximizes as in Ipopt. */
export function adoptNlOptions(given: Readonly<Record<string, unknown>>): AdoptedOptions {
  const { obj_scaling_factor: factor } = given;
  if (typeof factor !== 'number' || !(factor < 0)) return adoptIpoptOptions(given);
  const { options, ...remark } = adoptIpoptOptions({ ...given, obj_scaling_factor: -factor });
  return { options: { ...options, obj_scaling_factor: factor }, ...remark };
}
