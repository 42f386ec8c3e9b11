#!/usr/bin/env node
/** The command line program: the one place that touches the process. */
import { Console } from "node:console";
import { Exit, verdictOn } from "./cli/exit.js";
import type { Io } from "./cli/io.js";
import { main } from "./cli/main.js";
import { reasonOf } from "./experiment/files.js";

// What a user's policy prints must not get between the lines of a result.
globalThis.console = new Console(process.stderr, process.stderr);

for (const [name, stream] of [
  ["stdout", process.stdout],
  ["stderr", process.stderr],
] as const) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // `dryscale … | head`: nobody listens any more. What is being computed is still kept.
    if (error.code === "EPIPE") return;
    if (name === "stdout") process.stderr.write(`stdout: cannot be written: ${reasonOf(error)}\n`);
    process.exit(Exit.Partly);
  });
}

process.on("uncaughtException", (error) => {
  process.stderr.write(`${verdictOn(error).text}\n`);
  process.exit(Exit.Bug);
});

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  now: () => performance.now(),
  onInterrupt(stop) {
    // The second Ctrl-C ends at once. While nobody waits for the first, Node's own answer is to end.
    let asked = false;
    const handle = (): void => {
      if (asked) process.exit(Exit.Interrupted);
      asked = true;
      stop();
    };
    process.on("SIGINT", handle);
    process.on("SIGTERM", handle);
    return () => {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    };
  },
};

process.exitCode = await main(process.argv.slice(2), io);
