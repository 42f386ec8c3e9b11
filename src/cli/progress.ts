/** How far the runs are: one line that is rewritten on a terminal, now and then a plain line elsewhere. */
import { createLogUpdate } from "log-update";
import type { Voice } from "./io.js";

/** Between two plain lines: a log of an hour stays readable. */
const PLAIN_EVERY = 5_000;
const REWRITE_EVERY = 500;

export class Progress {
  private done = 0;
  private total = 0;
  private readonly started: number;
  private said: number;
  private readonly line: ReturnType<typeof createLogUpdate> | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(private readonly voice: Voice) {
    const { io, manner } = voice;
    this.started = io.now();
    this.said = this.started;
    if (!manner.progress || manner.quiet || io.stderr.isTTY !== true) return;
    // The cursor stays: were the program ended at once, nobody would bring it back.
    this.line = createLogUpdate(io.stderr as NodeJS.WriteStream, { showCursor: true });
    this.timer = setInterval(() => this.line?.(this.sentence()), REWRITE_EVERY);
    this.timer.unref();
  }

  update(done: number, total: number): void {
    this.done = done;
    this.total = total;
    if (this.line !== undefined) {
      this.line(this.sentence());
      return;
    }
    const { io, manner } = this.voice;
    if (!manner.progress || manner.quiet || io.now() - this.said < PLAIN_EVERY) return;
    this.said = io.now();
    this.voice.note(this.sentence());
  }

  /** Takes the line away; call before anything else is said. */
  end(): void {
    clearInterval(this.timer);
    this.line?.clear();
    this.line?.done();
  }

  elapsed(): string {
    return spell((this.voice.io.now() - this.started) / 1000);
  }

  private sentence(): string {
    const elapsed = (this.voice.io.now() - this.started) / 1000;
    const runs = `${this.done} of ${this.total} runs done, ${spell(elapsed)}`;
    if (this.done === 0 || this.done === this.total) return runs;
    return `${runs}, about ${spell((elapsed / this.done) * (this.total - this.done))} to go`;
  }
}

/** Seconds as people say them: "42 s", "3 min 5 s". */
function spell(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
