const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/** Where lines go; a terminal gets a moving last line, anything else only finished steps. */
export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows which steps run, and one line with its duration for each finished one. */
export class Progress {
  private readonly running = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(private readonly screen: Screen = process.stdout) {}

  /** Shows `label` while `work` runs and a line when it is done; several steps may run at the same time. */
  async step<T>(label: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    this.begin(label, started);
    try {
      const result = await work();
      this.end(label, `✓ ${label} ${formatDuration(Date.now() - started)}`);
      return result;
    } catch (error) {
      this.end(label, `✗ ${label}`);
      throw error;
    }
  }

  /** Prints a line above the moving one. */
  line(text: string): void {
    this.clear();
    this.screen.write(`${text}\n`);
    this.draw();
  }

  private begin(label: string, started: number): void {
    this.running.set(label, started);
    if (!this.screen.isTTY) return;
    this.timer ??= setInterval(() => this.draw(), frameMs);
    this.draw();
  }

  private end(label: string, text: string): void {
    this.running.delete(label);
    if (this.running.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.line(text);
  }

  private draw(): void {
    const oldest = Math.min(...this.running.values());
    if (!this.screen.isTTY || this.running.size === 0) return;
    this.frame = (this.frame + 1) % frames.length;
    const labels = [...this.running.keys()].join(', ');
    this.screen.write(`\r\x1b[K${frames[this.frame]} ${labels} ${formatDuration(Date.now() - oldest)}`);
  }

  private clear(): void {
    if (this.screen.isTTY) this.screen.write('\r\x1b[K');
  }
}

/** `0.4 s`, `12.0 s`, `3 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
