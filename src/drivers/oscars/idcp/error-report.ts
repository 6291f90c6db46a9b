import type { XmlCodec } from "../xml/codec.ts";
import { fieldsIn } from "../xml/field.ts";
import { integer, text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";
import { OSCARS_COMMON } from "./names.ts";

/** Why a reservation failed, as the server's module that noticed it says. */
export interface ErrorReport {
  /** A word such as `PATH_SETUP_FAILED`. */
  readonly errorCode: string;
  readonly errorMsg: string;
  /** Whose fault it is: `user`, `system`, `unknown`. */
  readonly errorType: string;
  readonly gri?: string;
  readonly transId?: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly moduleName?: string;
  readonly domainId?: string;
}

const { required, optional } = fieldsIn(OSCARS_COMMON);

export const errorReport: XmlCodec<ErrorReport> = struct<ErrorReport>({
  errorCode: required("errorCode", token),
  errorMsg: required("errorMsg", text),
  errorType: required("errorType", token),
  gri: optional("gri", token),
  transId: optional("transId", token),
  timestamp: required("timestamp", integer),
  moduleName: optional("moduleName", token),
  domainId: optional("domainId", token),
});
