"""The reference phone: what the phone app does, in Python, for simulations and as the measure of the web client."""
