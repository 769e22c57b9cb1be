/** Names of variables, constraints and objectives, in the order of the .nl file. */
export interface NlNames {
  readonly variables: readonly string[];
  readonly constraints: readonly string[];
  readonly objectives: readonly string[];
}

/** Names as the .nl file itself writes them, for files without .col and .row beside them. */
export function plainNames(variables: number, constraints: number, objectives: number): NlNames {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, k) => `${letter}${k}`);
  return {
    variables: numbered('v', variables),
    constraints: numbered('c', constraints),
    objectives: numbered('o', objectives),
  };
}
