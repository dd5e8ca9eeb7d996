"""The darkroom (暗房): files from phones are opened here and nowhere else, in a process of its own with limits.

`guard.py` starts that process, `child.py` is what it runs, the others are what it does to one file. Pure but for guard.
"""
