/** A table of addresses: entry k is that of problem 0, followed by the bytes from one problem to the next. */
export function address(table: usize, k: usize, problem: i32): usize {
  const entry = table + (k << 3);
  return <usize>load<u32>(entry) + <usize>problem * <usize>load<u32>(entry, 4);
}
