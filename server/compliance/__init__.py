"""Who may visit whom, when and how: rule packs are data, evaluated the same on the server and on the phone. Pure."""
