import { Command } from 'commander';
import { InputError } from '../index.js';
import { trainLayerCommands } from './train-layers.js';
import { trainScopfCommand } from './train-scopf.js';

/** `graybox train NAME`: the networks and layers of scenarios. */
export function trainCommand(): Command {
  const commands = [trainScopfCommand(), ...trainLayerCommands()];
  const train = new Command('train')
    .description(`train what a scenario needs: ${commands.map((command) => command.name()).join(', ')}`)
    .argument('<name>', 'the scenario')
    .action((name: string) => {
      const names = commands.map((command) => command.name()).join(', ');
      throw new InputError(`cannot train '${name}': there are ${names}`);
    });
  for (const command of commands) train.addCommand(command);
  return train;
}
