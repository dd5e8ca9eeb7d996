// The clients under test are exactly those that npm installed from the lock beside this file.

import { createRequire } from "node:module";

export const need = createRequire(new URL("./package.json", import.meta.url));
