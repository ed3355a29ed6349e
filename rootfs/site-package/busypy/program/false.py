"""false: do nothing, unsuccessfully."""


def main(argv):
    return 1
