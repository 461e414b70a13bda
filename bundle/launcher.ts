/** A program of the bundle as a command: from any folder, through symbolic links, with an empty environment. */
export function launcher(program: string): string {
  return `#!/bin/sh
self=$(PATH=$PATH:/usr/bin:/bin; readlink -f -- "$0") || exit 1
here=\${self%/*}
exec "$here/bin/node" "$here/${program}" "$@"
`;
}
