/**
 * A bar on a terminal, nothing anywhere else.
 */
const WIDTH = 30;

/** `advance` redraws at most once per percent; `done` wipes the bar so that tables start on a clean line. */
export function progressBar(
  total: number,
  unit: string,
  out: { isTTY?: boolean; write(text: string): unknown } = process.stderr,
): { advance(by: number): void; done(): void } {
  let at = 0;
  let drawn = -1;
  return {
    advance(by) {
      at += by;
      const percent = total > 0 ? Math.min(100, Math.floor((100 * at) / total)) : 100;
      if (!out.isTTY || percent === drawn) return;
      drawn = percent;
      const full = Math.round((WIDTH * percent) / 100);
      out.write(
        `\r[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent} %  ${Math.round(at)} of ${total} ${unit}`,
      );
    },
    done() {
      if (out.isTTY && drawn >= 0) out.write('\r\x1b[2K');
    },
  };
}
