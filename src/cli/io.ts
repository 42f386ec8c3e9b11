/** What a command talks to: its streams, its clock and the user's Ctrl-C. Tests hand in their own. */
interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since whenever: for elapsed time, never for results. */
  now(): number;
  /** Calls back when the user asks to stop, until the returned function is called. */
  onInterrupt(stop: () => void): () => void;
}

/** How much is said, and how. */
export interface Manner {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
  readonly color: boolean;
}

/** Speaks to the user: results on stdout, everything else on stderr. */
export class Voice {
  constructor(
    readonly io: Io,
    readonly manner: Manner,
    /** What was typed, to be typed again. */
    readonly commandLine: string,
  ) {}

  result(text: string): void {
    this.io.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  note(text: string): void {
    if (!this.manner.quiet) this.io.stderr.write(`${text}\n`);
  }

  /** What only helps to find out why. */
  detail(text: string): void {
    if (this.manner.verbose) this.io.stderr.write(`${text}\n`);
  }

  /** Said even when asked to be quiet. */
  error(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  /** Whether escape sequences may go to stdout: by NO_COLOR, FORCE_COLOR, and whether anyone is there to see them. */
  get colors(): boolean {
    const { env, stdout } = this.io;
    if (!this.manner.color || (env.NO_COLOR ?? "") !== "") return false;
    if ((env.FORCE_COLOR ?? "") !== "") return env.FORCE_COLOR !== "0";
    return stdout.isTTY === true && env.TERM !== "dumb";
  }
}
