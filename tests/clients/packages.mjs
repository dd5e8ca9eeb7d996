// The packages of web/, found from here: the clients under test are exactly those that npm installed.

import { createRequire } from "node:module";

export const need = createRequire(new URL("../../web/package.json", import.meta.url));
