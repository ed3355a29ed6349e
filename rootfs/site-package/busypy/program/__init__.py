"""One module per program, each with `main(argv) -> status`; start them by busypy.cli.run."""
