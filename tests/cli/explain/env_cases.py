"""First lines that name env: its options, what -S splits, and where it finds the program."""

import os

from case import Case, write

PATH = {"PATH": "/run/x/env/bin:/usr/bin:/bin", "V": "a b", "HOME": "/"}


def cases(machine):
    base = machine.folder("env")
    os.mkdir(f"{base}/bin")
    program = open(machine.nothing, "rb").read()
    write(f"{base}/bin/there", program)
    write(f"{base}/bin/with blank", program)
    write(f"{base}/bin/script", f"#!{base}/bin/there\n")
    write(f"{base}/bin/noexec", program, 0o644)
    write(f"{base}/bin/by env", "#!/usr/bin/env there\n")
    for number, (line, wanted, sentence) in enumerate((
            ("there", "status 0", ""),
            ("none", "status 127", "env: 'none': No such file or directory"),
            ("there -u", "status 127", "without -S env takes all"),
            ("with blank", "status 0", ""),
            ("there\r", "status 127", "carriage return"),
            ("noexec", "status 126", "env: 'noexec': Permission denied"),
            ("script", "status 0", ""),
            ("by env", "status 0", ""),
            (f"{base}/bin/there", "status 0", ""),
            (f"{base}/none", "status 127", "none"),
            ("bin/there", "status 0", ""),
            ("-S there -u x", "status 0", ""),
            ("-S there\r", "status 0", ""),
            ("-S 'with blank' y", "status 0", ""),
            ("-S with\\_blank", "status 127", "env: 'with'"),
            ("-S there 'x", "status 125", "no terminating quote"),
            ("-S there \\x", "status 125", "invalid sequence"),
            ("-S ${V}", "status 127", "env: 'a b'"),
            ("-S $V", "status 125", "only ${VARNAME}"),
            ("-S there # none", "status 0", ""),
            ("-S -i there", "status 127", "env: 'there'"),
            ("-S -i true", "status 0", ""),
            ("-S -i PATH=/run/x/env/bin there", "status 0", ""),
            ("-S -u PATH there", "status 127", ""),
            ("-S -uV there", "status 0", ""),
            ("-S PATH=/none there", "status 127", ""),
            ("-S A=1 B=2 there", "status 0", ""),
            ("-S =1 there", "status 0", ""),
            ("-S -C / there", "status 0", ""),
            ("-S -C /none there", "status 125", "cannot change directory"),
            (f"-S -C {base}/bin ./there", "status 0", ""),
            (f"-S --chdir={base}/bin ./none", "status 127", ""),
            ("-vS there", "status 0", ""),
            ("-i there", "status 125", "invalid option"),
            ("-x", "status 125", "invalid option"),
            ("-S -0 there", "status 125", "cannot specify --null"),
            ("-S --null", "status 125", "cannot specify --null"),
            ("-u", "status 0", ""),
            ("-S -- there", "status 0", ""),
            ("-S ''", "status 127", ""))):
        yield Case(line, write(f"{base}/e{number}", f"#!/usr/bin/env {line}\n"), wanted,
                   sentence=sentence, directory=base, environment=PATH)
    yield Case("as a user", f"{base}/e0", "status 0", user=True, directory=base, environment=PATH)
    yield Case("without PATH's directory, as a user", f"{base}/e0", "status 127", user=True,
               environment={"PATH": "/usr/bin:/bin"})
    yield Case("another place of env", write(f"{base}/place", "#!/bin/env none\n"), "status 127",
               sentence="env: 'none'", environment=PATH)
    again = write(f"{base}/again", "#!/usr/bin/env -S\n")
    yield Case("env that starts the script again, for ever", again, "signal",
               wrap=("prlimit", "--cpu=1"), unknown="for ever", environment=PATH)
    limit = ("#!/usr/bin/python3\nimport resource, sys\n"
             "sys.exit(resource.getrlimit(resource.RLIMIT_CPU) != (60, 60))\n")
    yield Case("and what tests execute cannot", write(f"{base}/limit", limit), "status 0")
