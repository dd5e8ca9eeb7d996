"""HTTP of the slice `cases`, one module for each kind of thing."""
