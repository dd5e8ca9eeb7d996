"""Several hosts of one installation before shared stores, each in processes of its own, any of which may be killed."""
