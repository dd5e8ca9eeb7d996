"""HTTP of the slice `visits`: visits and their review, their files, and public verification."""
