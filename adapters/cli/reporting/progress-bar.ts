export interface Progress {
  advance(bytes: number, lines: number): void;
  /** Writes a line to standard error, above the bar. */
  print(sentence: string): void;
  end(): void;
}

const width = 24;

/** Shows the progress of an import, its rate and the time left, if standard error is a terminal. */
export function progressBar(totalBytes: number | undefined): Progress {
  const started = performance.now();
  let bytes = 0;
  let lines = 0;
  const draw = () => {
    if (process.stderr.isTTY === true)
      process.stderr.write(`\r\u001b[K${formatProgress(bytes, totalBytes, lines, performance.now() - started)}`);
  };
  draw();
  return {
    advance(moreBytes, moreLines) {
      bytes += moreBytes;
      lines += moreLines;
      draw();
    },
    print(sentence) {
      if (process.stderr.isTTY === true) process.stderr.write("\r\u001b[K");
      console.error(sentence);
      draw();
    },
    end() {
      if (process.stderr.isTTY === true) process.stderr.write("\n");
    },
  };
}

function formatProgress(bytes: number, totalBytes: number | undefined, lines: number, elapsed: number): string {
  const rate = elapsed === 0 ? 0 : Math.round((lines * 1000) / elapsed);
  const speed = `${lines.toLocaleString("en")} lines, ${rate.toLocaleString("en")} lines/s`;
  if (totalBytes === undefined || totalBytes === 0) return speed;
  const part = Math.min(1, bytes / totalBytes);
  const filled = Math.round(part * width);
  const bar = `[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${Math.floor(part * 100)}%`;
  const left = bytes === 0 ? "" : `, ${formatDuration(((totalBytes - bytes) * elapsed) / bytes)} left`;
  return `${bar} ${speed}${left}`;
}

function formatDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
