import { availableParallelism, cpus, freemem, totalmem } from 'node:os';

/** What a process has of its machine. */
export interface MachineFacts {
  readonly processor: string;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Bytes; what the process may have, where that is limited. */
  readonly memory: number;
  readonly freeMemory: number;
  readonly node: string;
  readonly platform: string;
}

export function machineFacts(): MachineFacts {
  const allowed = process.constrainedMemory();
  const total = totalmem();
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: allowed > 0 && allowed < total ? allowed : total,
    freeMemory: Math.min(process.availableMemory?.() ?? freemem(), total),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
}
