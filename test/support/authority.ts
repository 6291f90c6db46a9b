import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key and the certificate for it: as PEM, and where they lie. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
}

/** Signs certificates with openssl, in a folder of its own that goes with it. */
export class Authority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "dcns-ca-"));

  constructor(name = "authority") {
    this.#openssl("req", "-x509", ...newKey("ca"), "-out", "ca.pem", "-subj", `/CN=${name}`);
  }

  /** Its own certificate. */
  get cert(): string {
    return this.#pem("ca.pem");
  }

  get certFile(): string {
    return join(this.#folder, "ca.pem");
  }

  /** A certificate for this common name, which is good for so many days; less than none: not any more. */
  issue(name: string, days = 30): Credentials {
    this.#openssl("req", ...newKey(name), "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    const validity = [...signer, "-days", `${days}`];
    this.#openssl("x509", "-req", "-in", `${name}.csr`, ...validity, "-out", `${name}.pem`);
    return {
      key: this.#pem(`${name}.key`),
      cert: this.#pem(`${name}.pem`),
      keyFile: join(this.#folder, `${name}.key`),
      certFile: join(this.#folder, `${name}.pem`),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: "pipe" });
  }

  #pem(file: string): string {
    return readFileSync(join(this.#folder, file), "utf8");
  }
}

function newKey(name: string): readonly string[] {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  return [...curve, "-nodes", "-keyout", `${name}.key`];
}
