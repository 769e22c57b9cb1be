/** Where macOS has libraries that were installed beside the system's. */
const macFolders = ['/opt/homebrew/lib', '/opt/local/lib', '/usr/local/lib'];

/**
 * The names of system libraries as they may be handed to the loader: never so that it looks in the current folder, where
 * anybody may have put a file of that name. Linux's loader does not; that of macOS gets full paths, that of Windows the
 * folders of PATH.
 */
export function libraryPaths(
  names: readonly string[],
  platform: string = process.platform,
  path: string = process.env['PATH'] ?? '',
): string[] {
  const within = (folders: readonly string[], separator: string): string[] =>
    names.flatMap((name) =>
      name.includes(separator) ? [name] : folders.map((folder) => folder + separator + name),
    );
  if (platform === 'darwin') return within(macFolders, '/');
  if (platform !== 'win32') return [...names];
  const folders = path.split(';').map((folder) => folder.replace(/^"|"$|\\+$/g, ''));
  return within(
    folders.filter((folder) => /^[a-z]:\\/i.test(folder) || folder.startsWith('\\\\')),
    '\\',
  );
}
