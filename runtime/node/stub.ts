/** An AMPL problem's path without `.nl`, and its name, which is what stands after the last separator of either system. */
export function stubOf(path: string): { readonly stub: string; readonly name: string } {
  const stub = path.replace(/\.nl$/, '');
  return { stub, name: stub.replace(/.*[\\/]/, '') };
}
