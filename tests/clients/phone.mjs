// A phone whose whole sync is an unmodified RxDB. It does one JSON command per line of stdin and answers each on stdout.
// What it is told to do, and what it must find, stands in tests/clients/test_rxdb_*.py.

import { createInterface } from "node:readline";
import { genesis, newId, newKey, seal } from "./envelope.mjs";
import { need } from "./packages.mjs";

console.log = console.info = console.warn = console.error; // dexie prints an advert; stdout is for answers

const { createRxDatabase } = need("rxdb");
const { replicateRxCollection } = need("rxdb/plugins/replication");
const { getRxStorageMemory } = need("rxdb/plugins/storage-memory");

const COLLECTIONS = ["records", "settings", "stops", "cards", "papers", "forms", "rules", "messages", "acks"];
const STORAGES = {
  memory: getRxStorageMemory,
  dexie: () => {
    const { getRxStorageDexie } = need("rxdb/plugins/storage-dexie");
    const { indexedDB, IDBKeyRange } = need("fake-indexeddb");
    return getRxStorageDexie({ indexedDB, IDBKeyRange });
  },
};
// Nothing but the id is required and nothing is validated: a tombstone is an id, a newer server may send more members.
const SCHEMA = {
  version: 0, primaryKey: "id", type: "object",
  properties: { id: { type: "string", maxLength: 100 } }, required: ["id"],
};
const RETRY_MS = 100;
const FOR_EVER = new Set([400, 401, 403, 404, 410, 413, 426]); // asking again gives the same answer

const phone = { url: "", token: "", device: "", epoch: "", key: null, seq: 0, prev: "", db: null };
const running = new Map();

class Refused extends Error {
  constructor(status, problem) {
    super(`${status} ${problem.type ?? ""}`);
    Object.assign(this, { status, problem });
  }
}

async function call(method, path, { body, headers = {}, requests } = {}) {
  if (requests) requests.count += 1;
  const answer = await fetch(phone.url + path, {
    method,
    headers: { authorization: `Bearer ${phone.token}`, "content-type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, told);
  if (answer.headers.get("doorstep-sync") !== "1") throw new Error("not our server");
  return told;
}

const commands = {
  /** Open the store in one of RxDB's storages; every command after that needs it. */
  async open({ storage, name = newId() }) {
    phone.db = await createRxDatabase({ name, storage: STORAGES[storage](), multiInstance: false });
    await phone.db.addCollections(Object.fromEntries(COLLECTIONS.map((one) => [one, { schema: SCHEMA }])));
    return { name };
  },

  async enrol({ url, code, label, alg }) {
    phone.url = url;
    phone.key = await newKey(alg);
    const told = await call("POST", "/v1/devices", { body: { code, label, alg, public_key: phone.key.jwk } });
    Object.assign(phone, { token: told.device_token, device: told.device_id, epoch: told.epoch });
    phone.prev = await genesis(phone.device);
    return told;
  },

  /** Be the same device as another process, for a second writer of the same settings. */
  adopt: ({ url, token, device, epoch }) => void Object.assign(phone, { url, token, device, epoch }),

  /** Sign records at the end of the chain and put them into the store. */
  async write({ records }) {
    const made = [];
    for (const one of records) made.push(await sign(one));
    const { error } = await phone.db.records.bulkInsert(made);
    if (error.length) throw new Error(JSON.stringify(error));
    return made.map(({ id, hash }) => ({ id, hash }));
  },

  /** Sign a record again with another body, at its old place and under its old id. */
  async alter({ id, body }) {
    const document = await phone.db.records.findOne(id).exec();
    const again = await seal({ ...JSON.parse(document.toJSON().env), body }, phone.key);
    await document.incrementalPatch(again);
    return again;
  },

  put: async ({ coll, document }) => (await phone.db[coll].incrementalUpsert(document)).toJSON(),

  remove: async ({ coll, id }) => (await (await phone.db[coll].findOne(id).exec()).remove()).deleted,

  documents: async ({ coll }) => (await phone.db[coll].find().exec()).map((one) => one.toJSON()),

  async head({ headers }) {
    try {
      return await call("GET", "/v1/sync/head", { headers });
    } catch (fault) {
      follow(fault);
      throw fault;
    }
  },

  /** Replicate one collection one way until both sides agree; tell what RxDB saw. `stay` goes on until `settle`. */
  async push({ coll, batch = 50, identifier, stay = false }) {
    const seen = { sent: [], conflicts: [], errors: [], requests: { count: 0 } };
    const handler = (rows) => call("POST", `/v1/sync/${coll}/push`, { body: rows, requests: seen.requests });
    return replicate(coll, { seen, stay, identifier, push: { batchSize: batch, handler } });
  },

  async pull({ coll, batch = 100, limit = batch, sv = 4, identifier }) {
    const seen = { received: [], raw: [], errors: [], requests: { count: 0 } };
    const handler = async (checkpoint, batchSize) => {
      const { seq, epoch } = checkpoint ?? { seq: 0, epoch: phone.epoch };
      const size = limit === batch ? batchSize : limit;
      const path = `/v1/sync/${coll}/pull?seq=${seq}&epoch=${epoch}&limit=${size}&sv=${sv}`;
      const page = await call("GET", path, { requests: seen.requests });
      seen.raw.push(...page.documents);
      return page;
    };
    return replicate(coll, { seen, identifier, pull: { batchSize: batch, handler } });
  },

  async settle({ coll }) {
    const { state, seen, refused } = running.get(coll);
    running.delete(coll);
    await Promise.race([state.awaitInSync(), refused]);
    await state.cancel();
    return told(seen);
  },

  async close() {
    await phone.db?.close();
    setImmediate(() => process.exit(0));
    return {};
  },
};

async function sign({ type, body, manifest = [], id = newId(), more = {} }) {
  phone.seq += 1;
  const record = await seal({
    v: 1, device: phone.device, seq: phone.seq, prev: phone.prev, boot: "boot-1", tz: "+08:00",
    mono_ms: Math.floor(performance.now()), device_time: new Date().toISOString(), type, id, body, manifest, ...more,
  }, phone.key);
  phone.prev = record.hash;
  return record;
}

async function replicate(coll, { seen, stay = false, identifier, ...ways }) {
  let refuse;
  const refused = new Promise((resolve) => { refuse = resolve; });
  for (const way of Object.values(ways)) {
    const handler = way.handler;
    way.handler = async (...given) => {
      try {
        return await handler(...given);
      } catch (fault) {
        if (FOR_EVER.has(fault.status)) refuse((seen.refused = { status: fault.status, problem: fault.problem }));
        throw fault;
      }
    };
  }
  const state = replicateRxCollection({
    // Always live: a replication that is not can only be cancelled after it came to an end, not when it is refused.
    collection: phone.db[coll], live: true, retryTime: RETRY_MS, waitForLeadership: false,
    // The epoch stands in the identifier: in a new one RxDB begins anew and sends all it holds.
    replicationIdentifier: identifier ?? `${coll}#${phone.epoch}#4`, ...ways,
  });
  state.error$.subscribe((fault) => seen.errors.push(fault.parameters?.errors?.[0]?.message ?? String(fault)));
  state.sent$.subscribe(({ id }) => seen.sent?.push(id));
  state.received$.subscribe(({ id }) => seen.received?.push(id));
  state.conflict$.subscribe(({ input }) => seen.conflicts?.push(input.realMasterState));
  if (stay) {
    running.set(coll, { state, seen, refused });
    return {};
  }
  await Promise.race([state.awaitInSync(), refused]);
  await state.cancel();
  return told(seen);
}

function told(seen) {
  if (seen.refused) follow(seen.refused);
  return { ...seen, requests: seen.requests.count };
}

/** Count in the epoch a server names that counts anew: the next replication begins anew too. */
function follow({ status, problem }) {
  if (status === 410) phone.epoch = problem.epoch;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: (await commands[name](given)) ?? null };
  } catch (fault) {
    answer = { error: fault.stack, status: fault.status, problem: fault.problem };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
