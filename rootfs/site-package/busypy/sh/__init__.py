"""The POSIX shell of the tree: language, job control and line editing."""
