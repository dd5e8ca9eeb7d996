// The roles of the firm (岗位), as the server names them.

import type { Words } from "./t";

export const ROLES = {
  specialist: ["催收专员", "Specialist"],
  supervisor: ["外访主管", "Supervisor"],
  manager: ["总经理", "General manager"],
  legal: ["法务", "Legal"],
  compliance: ["合规", "Compliance"],
  auditor: ["审计", "Auditor"],
  admin: ["管理员", "Administrator"],
  agent: ["外访员", "Field agent"],
} satisfies Words;

export type Role = keyof typeof ROLES;
