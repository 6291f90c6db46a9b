import type { XmlCodec } from "../xml/codec.ts";
import { fieldsIn } from "../xml/field.ts";
import { boolean, integer, type Scalar, scalar, word } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";

/** Of the reservation state machine (GFD.212 §6.1). `Unknown`: a word of the peer's own. */
export type ReservationState =
  | "ReserveStart"
  | "ReserveChecking"
  | "ReserveHeld"
  | "ReserveCommitting"
  | "ReserveFailed"
  | "ReserveTimeout"
  | "ReserveAborting"
  | "Unknown";

/** Of the provision state machine; it exists from the first commit on. */
export type ProvisionState = "Released" | "Provisioning" | "Provisioned" | "Releasing" | "Unknown";

/** Of the life cycle of the connection as a whole. */
export type LifecycleState =
  | "Created"
  | "Failed"
  | "PassedEndTime"
  | "Terminating"
  | "Terminated"
  | "Unknown";

/** Whether frames pass, and by which version of the reservation. */
export interface DataPlaneStatus {
  readonly active: boolean;
  readonly version: number;
  /** Whether all parts of the connection are at that version. */
  readonly versionConsistent: boolean;
}

/** `ConnectionStatesType`. */
export interface ConnectionStates {
  readonly reservationState: ReservationState;
  readonly provisionState: ProvisionState;
  readonly lifecycleState: LifecycleState;
  readonly dataPlaneStatus: DataPlaneStatus;
}

const { required } = fieldsIn("");

const reservationWords = word(
  [
    "ReserveStart",
    "ReserveChecking",
    "ReserveHeld",
    "ReserveCommitting",
    "ReserveFailed",
    "ReserveTimeout",
    "ReserveAborting",
  ],
  "Unknown",
);

/** OpenNSA misspells one state and gives two that are not in the schema. */
const aliases = new Map<string, ReservationState>([
  ["ReserveComitting", "ReserveCommitting"],
  ["Initial", "ReserveStart"],
]);

const reservationState: Scalar<ReservationState> = scalar<ReservationState>(
  "a reservation state",
  (value) => aliases.get(value.trim()) ?? reservationWords.parse(value),
  (value) => value,
);

const provisionState: Scalar<ProvisionState> = word(
  ["Released", "Provisioning", "Provisioned", "Releasing"],
  "Unknown",
);

const lifecycleState: Scalar<LifecycleState> = word(
  ["Created", "Failed", "PassedEndTime", "Terminating", "Terminated"],
  "Unknown",
);

export const dataPlaneStatus: XmlCodec<DataPlaneStatus> = struct<DataPlaneStatus>({
  active: required("active", boolean),
  version: required("version", integer),
  versionConsistent: required("versionConsistent", boolean),
});

export const connectionStates: XmlCodec<ConnectionStates> = struct<ConnectionStates>({
  reservationState: required("reservationState", reservationState),
  provisionState: required("provisionState", provisionState),
  lifecycleState: required("lifecycleState", lifecycleState),
  dataPlaneStatus: required("dataPlaneStatus", dataPlaneStatus),
});
