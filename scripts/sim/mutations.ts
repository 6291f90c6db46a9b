/** A fault that is put into the agent on purpose, to see that the simulation notices. */
export interface Mutation {
  readonly name: string;
  /** The file that is changed, from the root of the repository. */
  readonly file: string;
  /** Occurs once there. */
  readonly from: string;
  readonly to: string;
}

export const mutations: readonly Mutation[] = [
  {
    name: "links are promised as if nobody had anything of them",
    file: "src/ledger.ts",
    from: "Math.max(0, capacity - held.peak(interval, except))",
    to: "capacity",
  },
  {
    name: "labels are promised as if nobody had any",
    file: "src/ledger.ts",
    from: "return this.#spaces.get(space)?.freeOf(labels, interval) ?? labels;",
    to: "return labels;",
  },
  {
    name: "what stands by is promised to nobody",
    file: "src/network/realisation.ts",
    from: "return { ...plan, links: [...plan.links, ...backup.links, ...returning] };",
    to: "return plan;",
  },
  {
    name: "the ledger forgets when a reservation begins",
    file: "src/ledger/books.ts",
    from: ".filter((one) => overlaps(one.interval, interval)).map(({ holder",
    to: ".filter((one) => one.interval.start <= interval.start).map(({ holder",
  },
  {
    name: "what has been done is not written to the store",
    file: "src/agent/books.ts",
    from: "const written = await this.#journal.write(endOf(begun, after, quarantine));",
    to: "const written = ok(undefined);",
  },
  {
    name: "what the store did not take is forgotten",
    file: "src/agent/journal.ts",
    from: "      if (!this.#owed.has(write.key)) this.#owed.set(write.key, write);\n",
    to: "",
  },
  {
    name: "two writes of one record may overtake each other",
    file: "src/agent/journal.ts",
    from: "const before = asked.flatMap(({ key }) => this.#lastOf.get(key) ?? []);",
    to: "const before: readonly Promise<void>[] = [];",
  },
  {
    name: "a call that has failed is not undone on the switches",
    file: "src/agent/transaction.ts",
    from: "const pending = await conductor.retreat(journey.from, journey.begun, rollbackTimeoutMs);",
    to: "const pending: readonly NodeId[] = [];",
  },
  {
    name: "nothing is held in quarantine",
    file: "src/agent/transaction.ts",
    from: "if (pending.length === 0) return undefined;\n    const { project, number } = before;",
    to: "if (pending.length >= 0) return undefined;\n    const { project, number } = before;",
  },
  {
    name: "a teardown does not wait for the switches",
    file: "src/agent/transaction.ts",
    from: "    if (removed.isErr()) {\n",
    to: "    if (removed.isErr()) return this.finish(begun, undefined, []);\n    if (removed.isErr()) {\n",
  },
  {
    name: "a setup that was interrupted stays",
    file: "src/network/record.ts",
    from: 'if (record.phase !== "modify") return undefined;\n  const { project, number, createdAt, updatedAt, current } = record;',
    to: 'if (record.phase !== "modify" && record.phase !== "setup") return undefined;\n  const { project, number, createdAt, updatedAt, target: current } = record;',
  },
  {
    name: "switches are not cleared of what they should not have",
    file: "src/drivers/openflow/compile/diff.ts",
    from: "for (const [key, item] of installed) if (!wanted.has(key)) excess.push(item);",
    to: "",
  },
  {
    name: "somebody else's flows are taken for ours",
    file: "src/drivers/openflow/live-switch.ts",
    from: "reader.flows(ownerCookie(options.cookiePrefix), OWNER_MASK),",
    to: "reader.flows(0n, 0n),",
  },
  {
    name: "a tag is not looked at where frames enter",
    file: "src/drivers/openflow/compile/ingress.ts",
    from: 'if (tag !== "untagged") return [{ match: matchOf(inPort, VLAN_PRESENT | tag), tagged: true }];',
    to: 'if (tag !== "untagged") {\n    return [{ match: [{ field: "in_port", value: inPort }, anyTag], tagged: true }];\n  }',
  },
  {
    name: "networks outlive their end",
    file: "src/agent/scheduler.ts",
    from: "if (!isChanging && end !== undefined && end <= now) {",
    to: "if (!isChanging && end !== undefined && end <= 0) {",
  },
  {
    name: "what is in the journal need not be on the disk",
    file: "src/store/journal-file.ts",
    from: "    await this.#file.append(content);\n    await this.#file.sync();\n",
    to: "    await this.#file.append(content);\n",
  },
  {
    name: "a network begins though its place has not been left",
    file: "src/network/decide-scheduled.ts",
    from: "const isFree = canStay(reserved) && growthFault(view.ledger, asReserved.claim) === undefined;",
    to: "const isFree = canStay(reserved);",
  },
  {
    name: "what a domain holds for a change that failed is not given back",
    file: "src/agent/conductor.ts",
    from: "if (kept.length === 0) return begun;",
    to: "if (kept.length >= 0) return begun;",
  },
  {
    name: "a circuit that its domain has ended is not missed",
    file: "src/drivers/oscars/circuit-watch.ts",
    from: "const wrong = [...judged].filter((segment) => !keeper.isRight(segment));",
    to: "const wrong = [...judged].filter((segment) => keeper.wantedOf(segment).length === 0);",
  },
  {
    name: "circuits that a network has left are not ended",
    file: "src/drivers/oscars/circuit-keeper.ts",
    from: ".filter(({ circuit }) => !kept.has(circuitKey(circuit)));",
    to: ".filter(() => false);",
  },
];
