"""HTTP of the slice `schemes`: compiling, planning, approving, dispatching."""
