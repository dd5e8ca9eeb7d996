// The chain of a device's records: each names the hash of the one before. Twin of sync/chain.py.

import { sha256Hex } from "./canonical";

/** The end of a chain: the number and hash of its last record; seq 0 before the first. */
export interface Head {
  seq: number;
  hash: string;
}

/** Return the `prev` of a device's first record. */
export const genesis = (device: string): Promise<string> => sha256Hex(`doorstep.chain/1:${device}`);
