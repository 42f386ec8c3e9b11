import { type Pausable, pausable } from "./spec.js";

/** Parts of the control plane that decide nothing at the moment, and who is to be told when they do again. */
export class Pauses {
  private readonly counts = new Map<Pausable, number>(pausable.map((name) => [name, 0]));
  private readonly listeners = new Map<Pausable, (() => void)[]>(pausable.map((name) => [name, []]));

  of(name: Pausable): boolean {
    return this.counts.get(name)! > 0;
  }

  whenOver(name: Pausable, resume: () => void): void {
    this.listeners.get(name)!.push(resume);
  }

  begin(name: Pausable): void {
    this.counts.set(name, this.counts.get(name)! + 1);
  }

  end(name: Pausable): void {
    this.counts.set(name, this.counts.get(name)! - 1);
    if (!this.of(name)) for (const resume of this.listeners.get(name)!) resume();
  }
}
