import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { httpClient } from "../../../src/store/etcd/http-socket.ts";

test("there are 64 connections to an endpoint at most, and further requests wait for one", async () => {
  const waiting: ServerResponse[] = [];
  const server = createServer((_, response) => void waiting.push(response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = httpClient();
  const { signal } = new AbortController();
  const answers = Array.from({ length: 70 }, () =>
    client.send({
      ...{ endpoint: `http://127.0.0.1:${port}`, path: "/", body: "{}", headers: {}, signal },
    }),
  );
  while (waiting.length < 64) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(waiting).toHaveLength(64);
  for (let answered = 0; answered < 70; answered += 1) {
    while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting.shift()?.end();
    if (answered < 6) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const answer of await Promise.all(answers)) for await (const _ of answer.body);
  client.close();
  server.close();
});
