"""Running the syntax tree (2.9): lists, pipelines, compound and simple commands.

Every method returns an exit status. tail means that this process will leave with that
status at once: a program may then replace it instead of being forked.
"""

from busypy.lib.escape import quote_if_needed
from busypy.sh import builtin, descriptor, node, pattern, programs
from busypy.sh.error import CommandError, Exit, LoopJump, Return, ShellError
from busypy.sh.jobs import Job

if node.TYPE_CHECKING:
    from typing import Callable, List, Sequence, Tuple

    from busypy.sh.builtin import Builtin
    from busypy.sh.shell import Shell
    Words = List[str]
    Assigns = Sequence[Tuple[str, str]]
    Prepared = Sequence[Tuple[int, str, object]]     # what descriptor.prepare() gives


class Executor:
    """Walks the tree for one shell."""

    def __init__(self, shell: "Shell"):
        self.shell = shell
        self.job_text = ""

    def run(self, command: "node.Node", tail: bool = False) -> int:
        status = DISPATCH[type(command)](self, command, tail)
        self.shell.status = status
        return status

    def errexit(self, status: int) -> int:
        """set -e: leave after a failed command, unless its status is being tested."""
        if status and self.shell.options.e and not self.shell.errexit_off:
            raise Exit(status)
        return status

    def untested(self, command: "node.Node") -> int:
        """Run a command that set -e (2.14) lets fail, because its status is tested."""
        self.shell.errexit_off += 1
        try:
            return self.run(command)
        finally:
            self.shell.errexit_off -= 1

    # -- lists and pipelines

    def list(self, command: node.List, tail: bool) -> int:
        status = 0
        last = len(command.items) - 1
        traps = self.shell.traps
        for index, (item, is_async) in enumerate(command.items):
            if is_async:
                status = self.background(item)
            else:
                status = DISPATCH[type(item)](self, item, tail and index == last)
            self.shell.status = status
            if traps.pending:
                traps.run_pending()
            if self.shell.options.n and not self.shell.interactive:
                break
        return status

    def and_or(self, command: node.AndOr, tail: bool) -> int:
        last = len(command.rest)
        traps = self.shell.traps
        status = self.untested(command.first)
        for index, (operator, pipeline) in enumerate(command.rest, 1):
            if traps.pending:
                traps.run_pending()
            if (operator == "&&") != (status == 0):
                continue
            if index == last:
                status = self.run(pipeline, tail)
            else:
                status = self.untested(pipeline)
        return status

    def pipeline(self, command: node.Pipeline, tail: bool) -> int:
        self.job_text = command.text
        if command.negated:
            self.shell.errexit_off += 1
            try:
                return int(not self.stages(command, False))
            finally:
                self.shell.errexit_off -= 1
        return self.stages(command, tail)

    def stages(self, command: node.Pipeline, tail: bool) -> int:
        if len(command.commands) == 1:
            only = command.commands[0]
            return DISPATCH[type(only)](self, only, tail)
        job = self.shell.jobs.new(command.text)
        self.spawn_stages(job, command.commands)
        return self.errexit(self.shell.jobs.foreground(job))

    def spawn_stages(self, job: Job, commands: "Sequence[node.Node]",
                     background: bool = False) -> int:
        """A child for each command of a pipeline; the pid of the last."""
        jobs, upstream, pid = self.shell.jobs, None, 0
        last = len(commands) - 1
        for index, stage in enumerate(commands):
            self.warm_up(stage)
            reader, writer = descriptor.pipe() if index < last else (None, None)
            pid = jobs.spawn(job, lambda: self.stage(stage, upstream, reader, writer), background)
            for fd in (upstream, writer):
                if fd is not None:
                    descriptor.drop_private(fd)
            upstream = reader
        return pid

    def stage(self, stage: "node.Node", upstream: "int | None", reader: "int | None",
              writer: "int | None") -> int:
        """In the child: connect to the neighbours and run."""
        if reader is not None:
            descriptor.drop_private(reader)
            descriptor.move(writer, 1)
        if upstream is not None:
            descriptor.move(upstream, 0)
        return self.run(stage, True)

    def background(self, command: "node.Node") -> int:
        """command &: of a pipeline $! is the last command (2.5.2)."""
        shell = self.shell
        job = shell.jobs.new(getattr(command, "text", ""))
        stages = [command]
        if type(command) is node.Pipeline and not command.negated:
            stages = command.commands
        shell.last_async = self.spawn_stages(job, stages, True)
        shell.jobs.add(job)
        if shell.interactive:
            job_line = "[%d] %d" % (job.number, job.pids[-1])
            shell.complain_plain(job_line)
        return 0

    def warm_up(self, command: "node.Node") -> None:
        """Before a fork: what the child would compile and import is done here, and kept."""
        shell = self.shell
        while type(command) in (node.List, node.Pipeline):
            parts = command.items if type(command) is node.List else command.commands
            if len(parts) != 1:
                return
            command = parts[0][0] if type(command) is node.List else parts[0]
        if type(command) is not node.Simple or not command.words:
            return
        if not shell.warm or shell.options.exec:
            return
        name = command.words[0].literal
        if not name or name in shell.functions or name in builtin.TABLE:
            return
        try:
            shell.warm.warm_up(programs.find(shell, name))
        except CommandError:
            return      # the child says it

    # -- compound commands

    def subshell(self, command: node.Subshell, tail: bool) -> int:
        shell = self.shell
        if tail and shell.can_replace():
            shell.enter_subshell()      # its EXIT trap runs where its redirections still hold
            return shell.finish(shell.protect(lambda: self.run(command.body, True)))
        job = shell.jobs.new(self.job_text)
        shell.jobs.spawn(job, lambda: self.run(command.body, True))
        return self.errexit(shell.jobs.foreground(job))

    def group(self, command: node.Group, tail: bool) -> int:
        return self.list(command.body, tail)

    def if_clause(self, command: node.If, tail: bool) -> int:
        for condition, body in command.branches:
            if self.untested(condition) == 0:
                return self.run(body, tail)
        return self.run(command.otherwise, tail) if command.otherwise else 0

    def loop(self, command: node.Loop, _tail: bool) -> int:
        shell = self.shell
        status = 0
        shell.loop_depth += 1
        try:
            while True:
                try:
                    if (self.untested(command.condition) == 0) == command.until:
                        return status
                    status = self.run(command.body)
                except LoopJump as jump:
                    status = 0
                    if self.leaves_loop(jump):
                        return status
        finally:
            shell.loop_depth -= 1

    def leaves_loop(self, jump: LoopJump) -> bool:
        """Whether a break or continue leaves this loop; outer loops get what is left."""
        self.shell.status = 0
        if jump.count > 1:
            jump.count -= 1
            raise jump
        return not jump.again

    def for_clause(self, command: node.For, _tail: bool) -> int:
        shell = self.shell
        shell.line = command.line
        values = list(shell.args) if command.words is None else shell.expander.fields(command.words)
        status = 0
        shell.loop_depth += 1
        try:
            for value in values:
                shell.vars.set(command.name, value)
                try:
                    status = self.run(command.body)
                except LoopJump as jump:
                    status = 0
                    if self.leaves_loop(jump):
                        break
        finally:
            shell.loop_depth -= 1
        return status

    def case_clause(self, command: node.Case, tail: bool) -> int:
        shell = self.shell
        shell.line = command.line
        subject = shell.expander.text(command.word)
        status, matched = 0, False
        for patterns, body, falls_through in command.items:
            matched = matched or any(pattern.match(shell.expander.pattern(p), subject)
                                     for p in patterns)
            if not matched:
                continue
            status = self.run(body, tail and not falls_through) if body else 0
            if not falls_through:
                break
        return status

    def define(self, command: node.Function, _tail: bool) -> int:
        self.shell.functions[command.name] = command.body
        return 0

    def redirected(self, command: node.Redirected, tail: bool) -> int:
        shell = self.shell
        shell.line = command.line
        saved = []
        try:
            try:
                descriptor.apply(shell, descriptor.prepare(shell, command.redirects), saved)
            except CommandError as error:
                shell.report(error)
                return self.errexit(error.status)
            return self.run(command.body, tail)
        except (ShellError, CommandError) as error:
            shell.report(error)
            raise
        finally:
            descriptor.restore(saved)

    # -- simple commands

    def simple(self, command: node.Simple, tail: bool) -> int:
        shell = self.shell
        shell.line = command.line
        shell.expander.substitution_status = 0
        argv = shell.expander.fields(command.words)
        try:
            if not argv:
                return self.errexit(self.assignments_only(command))
            return self.errexit(self.invoke(command, argv, tail))
        except CommandError as error:
            shell.report(error)
            return self.errexit(error.status)

    def assignments_only(self, command: node.Simple) -> int:
        shell = self.shell
        if command.redirects:
            return self.scoped(lambda: self.assign(command),
                               descriptor.prepare(shell, command.redirects), ())
        return self.assign(command)

    def assign(self, command: node.Simple) -> int:
        shell = self.shell
        traced = []
        for name, word in command.assigns:
            value = shell.expander.text(word)
            shell.vars.set(name, value)
            traced.append(name + "=" + quote_if_needed(value))
        if shell.options.x and traced:
            self.trace(traced)
        return shell.expander.substitution_status

    def trace(self, shown: "Words") -> None:
        """set -x"""
        shell = self.shell
        prompt = shell.vars.get("PS4") or ""
        if "$" in prompt or "`" in prompt:
            shell.options.x = False
            try:
                from busypy.sh.prompt import expand
                prompt = expand(shell, prompt)
            finally:
                shell.options.x = True
        shell.complain_plain(prompt + " ".join(shown))

    def invoke(self, command: node.Simple, argv: "Words", tail: bool) -> int:
        """Run the command that argv names, with its redirections and assignments."""
        shell = self.shell
        prefixed, standard = False, False
        while argv[0] == "command" and argv[0] not in shell.functions:
            rest = argv[1:]
            if rest[:1] == ["-p"]:
                rest, standard = rest[1:], True
            if rest[:1] == ["--"]:
                rest = rest[1:]
            if not rest or rest[0].startswith("-"):
                break
            argv, prefixed = rest, True
        name = argv[0]
        found = builtin.TABLE.get(name)
        special = found is not None and found.special
        function = None if prefixed or special else shell.functions.get(name)
        prepared = descriptor.prepare(shell, command.redirects) if command.redirects else ()
        assigns = self.assigned(command.assigns) if command.assigns else ()
        if shell.options.x:
            self.trace([n + "=" + quote_if_needed(v) for n, v in assigns]
                       + [quote_if_needed(a) for a in argv])
        if special and (name == "exec" or not prefixed):
            return self.special(found, argv, prepared, assigns, prefixed)
        if function is not None:
            return self.scoped(lambda: self.call(function, argv, tail), prepared, assigns)
        if found:
            return self.scoped(lambda: self.builtin(found, argv, prefixed), prepared, assigns)
        path = programs.standard_path() if standard else programs.search_path(shell, assigns)
        return self.external(argv, prepared, assigns, tail, path)

    def assigned(self, assigns: "Sequence[Tuple[str, node.Word]]") -> "Assigns":
        """The values of assignments before a command: each sees those before it."""
        shell = self.shell
        values, saved = [], []
        try:
            for name, word in assigns:
                values.append((name, shell.expander.text(word)))
                if len(values) < len(assigns):
                    saved += shell.vars.assign_for_command(values[-1:])
        finally:
            shell.vars.undo(saved)
        return values

    def special(self, found: "Builtin", argv: "Words", prepared: "Prepared",
                assigns: "Assigns", prefixed: bool) -> int:
        """A special built-in: assignments stay; its errors end a script (2.8.1)."""
        shell = self.shell
        saved, variables = [], []
        try:
            if argv[0] == "exec" and len(argv) > 1:
                variables = shell.vars.assign_for_command(assigns)
            else:
                for name, value in assigns:
                    shell.vars.set(name, value)
            descriptor.apply(shell, prepared, saved)
            if argv[0] == "exec":
                descriptor.forget(saved)
                saved = []
            return self.builtin(found, argv)
        except CommandError as error:
            shell.report(error)
            if prefixed:
                raise
            raise fatal(error) from None
        except ShellError as error:
            shell.report(error)
            raise
        finally:
            shell.vars.undo(variables)
            descriptor.restore(saved)

    def scoped(self, body: "Callable[[], int]", prepared: "Prepared",
               assigns: "Assigns") -> int:
        """Run body with redirections and assignments that end with it."""
        shell = self.shell
        saved, variables = [], []
        try:
            if prepared:
                descriptor.apply(shell, prepared, saved)
            if assigns:
                variables = shell.vars.assign_for_command(assigns)
            return body()
        except (ShellError, CommandError) as error:
            shell.report(error)
            raise
        finally:
            if variables:
                shell.vars.undo(variables)
            if saved:
                descriptor.restore(saved)

    def builtin(self, found: "Builtin", argv: "Words", prefixed: bool = False) -> int:
        """prefixed by command: then an error of a special one does not end the script."""
        try:
            return found.function()(self.shell, argv)
        except CommandError as error:
            raise CommandError("%s: %s" % (argv[0], error.message), error.status) from None
        except ShellError as error:
            if found.special and not (prefixed and found.module == "declare"):
                raise
            raise CommandError("%s: %s" % (argv[0], error.message), error.status) from None
        except OSError as error:
            if error.errno is None:
                raise
            raise CommandError("%s: write error: %s"
                               % (argv[0], descriptor.reason(error))) from None
        except OverflowError:
            raise CommandError("%s: numerical result out of range" % argv[0], 2) from None

    def call(self, body: "node.Node", argv: "Words", tail: bool) -> int:
        """A function: own positional parameters and locals."""
        shell = self.shell
        args, loops = shell.args, shell.loop_depth
        shell.args, shell.loop_depth = argv[1:], 0
        shell.function_depth += 1
        shell.vars.push()
        try:
            return self.run(body, tail)
        except Return as end:
            return end.status
        finally:
            shell.vars.pop()
            shell.function_depth -= 1
            shell.args, shell.loop_depth = args, loops

    def external(self, argv: "Words", prepared: "Prepared", assigns: "Assigns", tail: bool,
                 path: "str | None" = None) -> int:
        """A program: in this process if it is the last thing here, else in a child."""
        shell = self.shell
        env = shell.vars.environ()
        if assigns:
            env = dict(env)
            for name, value in assigns:
                shell.vars.check_writable(name)
                env[name] = value
        ready = problem = file = None
        try:
            file = programs.find(shell, argv[0], path)
            ready = shell.prepare_program(file, argv, env)
        except CommandError as error:
            if not prepared:
                raise
            problem = error     # reported with the redirections in place

        def child():
            if prepared:
                descriptor.apply(shell, prepared)
            if problem:
                raise problem
            programs.become(shell, file, argv, env, ready)
        if tail and shell.can_replace():
            shell.enter_subshell()
            return child()
        job = Job(self.job_text, 0 if shell.options.m else None)
        job.quiet = any(fd == 2 for fd, _, _ in prepared)   # its death is told on its own stderr
        shell.jobs.spawn(job, child, program=True)
        return shell.jobs.foreground(job)


def fatal(error: CommandError) -> ShellError:
    """A command's error that ends the shell, because the command is a special built-in."""
    result = ShellError(error.message, error.status)
    result.reported = error.reported
    return result


DISPATCH = {
    node.List: Executor.list, node.AndOr: Executor.and_or, node.Pipeline: Executor.pipeline,
    node.Simple: Executor.simple, node.Subshell: Executor.subshell, node.Group: Executor.group,
    node.If: Executor.if_clause, node.Loop: Executor.loop, node.For: Executor.for_clause,
    node.Case: Executor.case_clause, node.Function: Executor.define,
    node.Redirected: Executor.redirected,
}
