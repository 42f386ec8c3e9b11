import type { Seconds } from "../../units.js";

/** What a pod's proxy asks another service before it lets a call in: Envoy's filters for authorization and rate limits. */
export interface CheckSpec {
  readonly service: string;
  readonly endpoint: string;
  readonly timeout: Seconds;
  /** A call is let in when its check itself fails. Whom the check turns away never is. */
  readonly open: boolean;
}
