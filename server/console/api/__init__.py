"""HTTP of what joins all slices: system (jobs, audit, health, contract) and pages (login, start page)."""
