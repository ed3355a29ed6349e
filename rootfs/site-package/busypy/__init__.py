"""What the tree's own programs share; each program is one module of busypy.program."""
