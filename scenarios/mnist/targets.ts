/** For each digit the class it is attacked towards when the caller names none: one that it resembles. */
export const TARGETS: readonly number[] = [8, 9, 1, 8, 9, 6, 8, 1, 9, 4];
