/** A message that an organisation outside the standard defined (OpenFlow 1.3.5 §7.5.4). */
export interface ExperimenterMessage {
  readonly type: "experimenter";
  readonly experimenter: number;
  /** The organisation's own number of the message. OpenFlow 1.0 has no place for it. */
  readonly expType?: number;
  readonly data: Uint8Array;
}
