"""A fleet of phones against a real server over a bad line: the proof by trial that sync loses nothing."""
