// The guides of docs/guide, one page a role, made into HTML when the console is built.

import { ROLES, type Role } from "../../words/roles";

const found = import.meta.glob<string>("../../../../../docs/guide/*.md", { import: "default" });
const named = Object.fromEntries(Object.entries(found).map(([path, load]) => [path.split("/").pop()!.replace(".md", ""), load]));

/** The roles whose guide there is. */
export const WRITTEN = (Object.keys(ROLES) as Role[]).filter((role) => role in named);

/** Return the guide of a role as HTML, null where it is not written. */
export const guideOf = async (role: string): Promise<string | null> => (named[role] ? named[role]() : null);
