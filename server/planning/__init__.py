"""Where the stops lie, how far apart they are and in what order a crew drives to them. Pure: facts in, plan out."""
