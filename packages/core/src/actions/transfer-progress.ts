/** How often a long transfer says how far it is, milliseconds. */
const everyMs = 1_000;

/** Says now and then how far a transfer is, and when it is all there. */
export function progressTo(tell: (how: string) => void): (done: number, of: number) => void {
  let last = 0;
  return (done, of) => {
    const now = Date.now();
    if (now - last < everyMs && done < of) return;
    last = now;
    tell(`${megabytes(done)} of ${megabytes(of)} MB`);
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
