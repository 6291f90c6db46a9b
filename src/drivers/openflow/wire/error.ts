/**
 * The names of what goes wrong, by kind. From OpenFlow 1.1 on, the number of a kind and the number of
 * a code are their places in these lists (1.3.5 §7.4.4).
 */
export const errorNames = [
  ["hello-failed", ["incompatible", "eperm"]],
  [
    "bad-request",
    [
      "bad-version",
      "bad-type",
      "bad-multipart",
      "bad-experimenter",
      "bad-exp-type",
      "eperm",
      "bad-len",
      "buffer-empty",
      "buffer-unknown",
      "bad-table-id",
      "is-slave",
      "bad-port",
      "bad-packet",
      "multipart-buffer-overflow",
    ],
  ],
  [
    "bad-action",
    [
      "bad-type",
      "bad-len",
      "bad-experimenter",
      "bad-exp-type",
      "bad-out-port",
      "bad-argument",
      "eperm",
      "too-many",
      "bad-queue",
      "bad-out-group",
      "match-inconsistent",
      "unsupported-order",
      "bad-tag",
      "bad-set-type",
      "bad-set-len",
      "bad-set-argument",
    ],
  ],
  [
    "bad-instruction",
    [
      "unknown-instruction",
      "unsupported-instruction",
      "bad-table-id",
      "unsupported-metadata",
      "unsupported-metadata-mask",
      "bad-experimenter",
      "bad-exp-type",
      "bad-len",
      "eperm",
    ],
  ],
  [
    "bad-match",
    [
      "bad-type",
      "bad-len",
      "bad-tag",
      "bad-dl-addr-mask",
      "bad-nw-addr-mask",
      "bad-wildcards",
      "bad-field",
      "bad-value",
      "bad-mask",
      "bad-prereq",
      "dup-field",
      "eperm",
    ],
  ],
  [
    "flow-mod-failed",
    [
      "unknown",
      "table-full",
      "bad-table-id",
      "overlap",
      "eperm",
      "bad-timeout",
      "bad-command",
      "bad-flags",
    ],
  ],
  [
    "group-mod-failed",
    [
      "group-exists",
      "invalid-group",
      "weight-unsupported",
      "out-of-groups",
      "out-of-buckets",
      "chaining-unsupported",
      "watch-unsupported",
      "loop",
      "unknown-group",
      "chained-group",
      "bad-type",
      "bad-command",
      "bad-bucket",
      "bad-watch",
      "eperm",
    ],
  ],
  ["port-mod-failed", ["bad-port", "bad-hw-addr", "bad-config", "bad-advertise", "eperm"]],
  ["table-mod-failed", ["bad-table", "bad-config", "eperm"]],
  ["queue-op-failed", ["bad-port", "bad-queue", "eperm"]],
  ["switch-config-failed", ["bad-flags", "bad-len", "eperm"]],
  ["role-request-failed", ["stale", "unsupported", "bad-role"]],
  [
    "meter-mod-failed",
    [
      "unknown",
      "meter-exists",
      "invalid-meter",
      "unknown-meter",
      "bad-command",
      "bad-flags",
      "bad-rate",
      "bad-burst",
      "bad-band",
      "bad-band-value",
      "out-of-meters",
      "out-of-bands",
    ],
  ],
  [
    "table-features-failed",
    ["bad-table", "bad-metadata", "bad-type", "bad-len", "bad-argument", "eperm"],
  ],
] as const;

/** The kinds of failure that have a name. */
export type ErrorKind = (typeof errorNames)[number][0];

/** The reasons for a failure that have a name. */
export type ErrorCode = (typeof errorNames)[number][1][number];

/** A peer could not do what it was asked (OpenFlow 1.3.5 §7.4.4). The xid is that of the request. */
export type ErrorMessage =
  | {
      readonly type: "error";
      /** A number is a kind this codec has no name for. */
      readonly kind: ErrorKind | number;
      /** A number is a code this codec has no name for. */
      readonly code: ErrorCode | number;
      /** At least the first 64 bytes of the request, or a text when a hello failed. */
      readonly data: Uint8Array;
    }
  | {
      readonly type: "error";
      readonly kind: "experimenter";
      /** The organisation's own number of the failure. */
      readonly code: number;
      readonly experimenter: number;
      readonly data: Uint8Array;
    };
