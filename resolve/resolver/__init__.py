"""What resolves requirements for several archs at once; resolver.run has the order."""
