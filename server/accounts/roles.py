"""The roles people hold. Pure."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may be in the firm; one person may hold several."""

    SPECIALIST = "specialist"  # 催收专员: imports, screens, submits the visit list
    SUPERVISOR = "supervisor"  # 外访部主管: reviews lists and visits, compiles schemes
    MANAGER = "manager"  # 总经理: signs schemes off, decides
    AGENT = "agent"  # 外访员: visits
    LEGAL = "legal"  # 法务: opinions, dossiers, filings
    COMPLIANCE = "compliance"  # 合规: complaints, flagged schemes
    AUDITOR = "auditor"  # 审计: reads everything, changes nothing
    ADMIN = "admin"  # people, devices, settings; no case work


ROLE_ZH = {
    Role.SPECIALIST: "催收专员",
    Role.SUPERVISOR: "外访部主管",
    Role.MANAGER: "总经理",
    Role.AGENT: "外访员",
    Role.LEGAL: "法务",
    Role.COMPLIANCE: "合规",
    Role.AUDITOR: "审计",
    Role.ADMIN: "系统管理员",
}
OFFICE = (Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE, Role.AUDITOR)
EVERYONE = tuple(Role)
