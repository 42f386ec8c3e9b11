/**
 * Text that comes in pieces, cut into lines. Nothing below the experiment layer
 * opens files: whoever does hands in a `TextSource`. Only the current piece and one
 * partial line are held, so a trace may be larger than the memory.
 */
export interface TextSource {
  /** What errors call it: usually the file's name. */
  readonly name: string;
  /** The next piece of text, cut anywhere, or undefined at the end. */
  read(): string | undefined;
}

/** A fault in a trace, as `<name>:<line>: <what>`. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

const LINE_LIMIT = 2 ** 20; // characters; beyond it the file is no text of lines

export class Lines {
  /** The number of the current line, counted from 1, blank lines included. */
  number = 0;
  /** Whether the current line had its line break: only the last one of a file may lack it. */
  complete = true;
  private piece = "";
  private at = 0;
  private ended = false;

  constructor(private readonly source: TextSource) {}

  /** The next line that is not blank, without its line break; undefined at the end. */
  next(): string | undefined {
    for (;;) {
      const line = this.line();
      if (line === undefined || line.trim() !== "") return line;
    }
  }

  /** The error for the current line. */
  fault(what: string): TraceError {
    const cut = this.complete ? "" : " (the file ends here, perhaps in the middle of a row)";
    return new TraceError(`${this.source.name}:${this.number}: ${what}${cut}`);
  }

  /** The error for the whole text, of which no line is to blame. */
  faultOfAll(what: string): TraceError {
    return new TraceError(`${this.source.name}: ${what}`);
  }

  private line(): string | undefined {
    // What earlier pieces hold of this line: only the new piece is searched, so that tiny pieces cost no more.
    let begun = "";
    let end = this.piece.indexOf("\n", this.at);
    while (end < 0 && !this.ended) {
      begun += this.piece.slice(this.at);
      const more = this.source.read();
      this.ended = more === undefined;
      this.piece = more ?? "";
      this.at = 0;
      end = this.piece.indexOf("\n");
      if (begun.length + (end < 0 ? this.piece.length : end) > LINE_LIMIT) {
        this.number++;
        throw this.fault(`expected a line break within ${LINE_LIMIT} characters, got none`);
      }
    }
    this.complete = end >= 0;
    let line = begun + this.piece.slice(this.at, this.complete ? end : undefined);
    this.at = this.complete ? end + 1 : this.piece.length;
    if (!this.complete && line === "") return undefined;
    this.number++;
    if (line.endsWith("\r")) line = line.slice(0, -1);
    // Spreadsheets put a byte order mark in front of the first line.
    return this.number === 1 && line.startsWith("\uFEFF") ? line.slice(1) : line;
  }
}

/** The fields of a line of CSV: commas, and quotes as in RFC 4180 but without line breaks inside. */
export function csvFields(line: string): string[] {
  if (!line.includes('"')) return line.split(",").map((field) => field.trim());
  const fields: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/y;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    fields.push(match[1] === undefined ? match[2]!.trim() : match[1].replaceAll('""', '"'));
    if (match[3] === "") break;
  }
  return fields;
}
