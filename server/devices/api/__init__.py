"""HTTP of the slice `devices`: phones in the office, sync, files."""
