import { InputError } from '../../core/errors.js';
import { type Unit, unitName } from '../../grid/grid.js';
import { Lines, type SourceText } from './records.js';

/**
 * The units with their responses from an `.inl` file (bus, id, H, PMAX, PMIN, R, D): column R is the participation factor α.
 * Throws {@link InputError} for one that is negative, for a unit that does not exist, and where one in service has none.
 */
export function withResponses(units: readonly Unit[], source: SourceText): Unit[] {
  const lines = new Lines(source);
  const known = new Set(units.map(unitName));
  const responses = new Map<string, number>();
  for (const line of lines.section('inertia and response')) {
    const name = unitName({ bus: line.whole(0, 'BUS'), id: line.text(1, '1') });
    if (!known.has(name)) throw new InputError(`${line.at}: unit ${name} does not exist`);
    if (responses.has(name)) throw new InputError(`${line.at}: unit ${name} is there twice`);
    const response = line.number(5, 'R');
    if (response < 0)
      throw new InputError(`${line.at}: the response ${response} of unit ${name} is negative`);
    responses.set(name, response);
  }
  return units.map((unit) => {
    const response = responses.get(unitName(unit));
    if (response === undefined && unit.on)
      throw new InputError(`${source.file}:1: unit ${unitName(unit)} has no response (${unit.at ?? ''})`);
    return response === undefined ? unit : { ...unit, response };
  });
}
