"""The network programs, between two network namespaces that nobody else sees."""

from tap import Tests, same, sandbox

test = Tests()
FLAGS = ("-Urnmpf", "--mount-proc")

# The first namespace holds the client; a second one, made by a child that only waits, the server.
START = r"""
import os, socket, struct, threading, time, signal
from tap import PYTHON, HERE, command, environment, patient, run, same, check, until
subprocess.run(['mount', '-t', 'tmpfs', 'none', '/run'], check=True)

def ok(*words, **more):
    done = run(*words, **more)
    same(done.status, 0, (words, done))
    return done.out.decode()
ok('ip', 'link', 'set', 'lo', 'up')
def two_sides():
    child = subprocess.Popen(['unshare', '-n', 'sleep', '60'])
    until(lambda: os.readlink('/proc/%d/ns/net' % child.pid) != os.readlink('/proc/self/ns/net'))
    ok('ip', 'link', 'add', 'c0', 'type', 'veth', 'peer', 'name', 's0')
    ok('ip', 'link', 'set', 's0', 'netns', str(child.pid))
    return child
def inside(child, *words):
    return ['nsenter', '-t', str(child.pid), '-n', *words]
def server(child, *args):
    process = subprocess.Popen(inside(child, PYTHON, '-B', HERE + '/dhcpserver.py', *args),
                               stdout=subprocess.PIPE, text=True, env=environment())
    same(process.stdout.readline(), 'ready\n')
    return process
def addresses():
    return ok('ip', '-4', '-o', 'addr', 'show', 'dev', 'c0')
"""


def in_network(script):
    done = sandbox(START + script, flags=FLAGS)
    same(done.status, 0, done.err.decode("utf-8", "replace"))


@test
def ip_shows_what_iproute2_shows():
    in_network(r"""
ok('ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
ok('ip', 'link', 'add', 'dum', 'type', 'veth', 'peer', 'name', 'dee')
ok('ip', 'addr', 'add', '10.1.0.1/24', 'brd', '+', 'dev', 'v0')
ok('ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'v0')
ok('ip', 'addr', 'add', 'fd00::1/64', 'dev', 'dum')
ok('ip', 'link', 'set', 'v0', 'up', 'mtu', '1400', 'address', '02:00:00:00:00:01')
ok('ip', 'link', 'set', 'v1', 'up')
ok('ip', 'link', 'set', 'dum', 'up'); ok('ip', 'link', 'set', 'dee', 'up')
ok('ip', 'route', 'add', 'default', 'via', '10.1.0.9', 'metric', '7')
ok('ip', 'route', 'add', '10.9.0.0/16', 'dev', 'v1')
ok('ip', 'route', 'add', 'fd01::/64', 'via', 'fd00::2', 'dev', 'dum')
def plain(text):
    return [' '.join(line.split()) for line in text.splitlines()]
def theirs(*words):
    return plain(subprocess.run(['ip', *words], stdout=subprocess.PIPE, text=True).stdout)
until(lambda: not any('tentative' in line for line in theirs('addr')))
for words in (['addr'], ['link'], ['route'], ['-6', 'route'], ['addr', 'show', 'dev', 'v0'],
              ['-4', 'addr'], ['-o', 'addr'], ['link', 'show', 'v1'],
              ['route', 'show', 'dev', 'v0']):
    same(plain(ok('ip', *words)), theirs(*words), words)
""")


@test
def ip_changes_and_refuses():
    in_network(r"""
ok('ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
ok('ip', 'addr', 'add', '10.1.0.1/24', 'dev', 'v0')
ok('ip', 'link', 'set', 'dev', 'v0', 'name', 'w0')
ok('ip', 'link', 'set', 'w0', 'up')
ok('ip', 'route', 'replace', 'default', 'dev', 'w0')
check('default dev w0' in ok('ip', 'route'))
ok('ip', 'route', 'del', 'default')
same(ok('ip', 'route', 'show', 'default'), '')
ok('ip', 'addr', 'del', '10.1.0.1/24', 'dev', 'w0')
check('10.1' not in ok('ip', 'addr'))
ok('ip', 'addr', 'add', '10.1.0.5/8', 'dev', 'w0'); ok('ip', 'addr', 'flush', 'dev', 'w0')
ok('ip', 'link', 'del', 'w0')
for words, text in ((['link', 'show', 'w0'], b'ip: Cannot find device "w0"\n'),
                    (['addr', 'add', 'x', 'dev', 'lo'],
                     b'ip: an inet address is expected rather than "x"\n'),
                    (['route', 'del', 'default'], b'ip: RTNETLINK answers: No such process\n'),
                    (['foo'], b'ip: Object "foo" is unknown, try "ip --help".\n')):
    done = run('ip', *words)
    check(done.status and done.err == text, (words, done))
""")


@test
def ping_both_families_and_nobody():
    in_network(r"""
out = ok('ping', '-c', '2', '-i', '0.01', '127.0.0.1')
check('2 packets transmitted, 2 packets received, 0% packet loss' in out, out)
check('64 bytes from 127.0.0.1: seq=1 ttl=64 time=' in out, out)
check('1 packets received' in ok('ping', '-c', '1', '-s', '1000', '::1'))
ok('ip', 'link', 'add', 'dum', 'type', 'veth', 'peer', 'name', 'dee')
ok('ip', 'link', 'set', 'dum', 'up'); ok('ip', 'link', 'set', 'dee', 'up')
ok('ip', 'addr', 'add', '10.5.0.1/24', 'dev', 'dum')
done = run('ping', '-c', '1', '-W', '0.1', '10.5.0.2')
check(done.status == 1 and b'100% packet loss' in done.out, done)
same(run('ping', '-c', '1', 'no.such.host.').status, 1)
process = subprocess.Popen(command('ping', '127.0.0.1'), stdout=subprocess.PIPE, env=environment())
process.stdout.readline(); process.stdout.readline()
process.send_signal(signal.SIGINT)
check(b'packet loss' in process.stdout.read()); same(process.wait(), 0)
""")


@test
def wget_redirects_continues_and_fails():
    in_network(r"""
import http.server
DATA = os.urandom(300000)
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def redirect(self, place):
        self.send_response(302)
        self.send_header('Location', place)
        self.end_headers()
    def do_GET(self):
        part = DATA
        if self.path == '/again':
            return self.redirect('/file')
        if self.path == '/loop':
            return self.redirect('/loop')
        if self.path == '/none':
            self.send_error(404); return
        code = 200
        if 'Range' in self.headers:
            code, part = 206, DATA[int(self.headers['Range'][6:-1]):]
        self.send_response(code)
        self.send_header('Content-Length', str(len(part)))
        self.end_headers()
        self.wfile.write(part[:1000] if self.path == '/short' else part)
    do_HEAD = do_GET
httpd = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=httpd.serve_forever, daemon=True).start()
base = 'http://127.0.0.1:%d' % httpd.server_port
os.chdir('/run')
ok('wget', '-q', base + '/again'); same(open('again', 'rb').read(), DATA)
same(run('wget', '-q', '-O', '-', base + '/file').out, DATA)
open('file', 'wb').write(DATA[:1000]); ok('wget', '-qc', base + '/file')
same(open('file', 'rb').read(), DATA)
done = run('wget', base + '/none'); same((done.status, os.path.exists('none')), (8, False))
check(b'404' in done.err, done)
done = run('wget', base + '/short'); check(done.status == 4 and b'closed at byte' in done.err, done)
same(run('wget', '-q', base + '/loop').status, 8)
same(run('wget', '-q', 'http://127.0.0.1:1/').status, 4)
same(run('wget', '-q', 'ftp://x/').status, 1)
same(run('wget', '-q', '--spider', base + '/file').status, 0)
done = run('wget', '-O', '/dev/full', base + '/file')
check(done.status and b'No space' in done.err, done)
""")


@test
def dhcpcd_one_shot_sets_address_route_and_resolver():
    in_network(r"""
child = two_sides(); process = server(child, '3600', 'mtu')
subprocess.run(['mount', '-t', 'tmpfs', 'none', '/mnt'], check=True)
subprocess.run('cp /etc/nsswitch.conf /etc/passwd /mnt; ln -s ../run/resolv.conf /mnt/resolv.conf; '
               'mount --bind /mnt /etc', shell=True, check=True)
done = run('dhcpcd', '-1', '-h', 'client', 'c0')
same(done.status, 0, done)
same(done.err, b'dhcpcd: c0: 10.77.0.50/24 from 10.77.0.1 for 3600 seconds\n')
check('inet 10.77.0.50/24 brd 10.77.0.255 scope global c0' in addresses(), addresses())
check('default via 10.77.0.1 dev c0' in ok('ip', 'route'))
check('mtu 1400' in ok('ip', 'link', 'show', 'c0'))
ok('ping', '-c', '1', '10.77.0.1')
same(os.readlink('/etc/resolv.conf'), '../run/resolv.conf')
same(open('/run/resolv.conf').read(),
     '# from DHCP on c0\nsearch lan.example\nnameserver 10.77.0.1\nnameserver 10.77.0.2\n')
process.kill(); child.kill()
""")


DAEMON = r"""
child = two_sides()
def start(*args):
    process = subprocess.Popen(command('dhcpcd', '-B', '-R', *args, 'c0'), env=environment(),
                               stderr=subprocess.PIPE, text=True)
    until(lambda: '10.77.0.5' in addresses())
    return process
"""


@test
def dhcpcd_renews_and_rebinds():
    in_network(DAEMON + r"""
process = server(child, '4', 'renew=1', 'rebind=2')
client = start()
seen = [process.stdout.readline().strip() for _ in range(4)]
same(seen, ['discover', 'request selecting', 'request renewing', 'request renewing'])
check('10.77.0.50/24' in addresses())
process.kill(); process = server(child, '4', 'renew=1', 'rebind=2', 'deaf')
seen = ''
while 'rebinding' not in seen:
    seen = process.stdout.readline()
client.send_signal(signal.SIGHUP)
same(process.stdout.readline().strip(), 'release')
same(client.wait(10), 0)
same(addresses(), '')
process.kill(); child.kill()
""")


@test
def dhcpcd_starts_over_when_refused_and_loses_what_has_expired():
    in_network(DAEMON + r"""
process = server(child, '3', 'renew=1', 'rebind=2', 'nak')
client = start()
seen = [process.stdout.readline().strip() for _ in range(5)]
same(seen, ['discover', 'request selecting', 'request renewing', 'discover', 'request selecting'])
process.kill()
check(until(lambda: addresses() == ''), addresses())
client.send_signal(signal.SIGTERM)
same(client.wait(10), 0)
check('lease lost' in client.stderr.read())
child.kill()
""")


@test
def dhcpcd_gives_up_and_goes_to_the_background():
    in_network(r"""
child = two_sides()
started = time.monotonic()
done = run('dhcpcd', '-1', '-t', '1', 'c0')
same((done.status, done.err), (1, b'dhcpcd: c0: no lease after 1 seconds\n'))
check(time.monotonic() - started < patient(5))
same(run('dhcpcd', 'nosuch').err, b'dhcpcd: nosuch: No such device\n')
same(run('dhcpcd', 'lo').status, 1)
process = server(child, '3600')
same(run('dhcpcd', '-q', '-R', 'c0', timeout=10, stdout=subprocess.DEVNULL).status, 0)
pid = int(until(lambda: os.path.exists('/run/dhcpcd-c0.pid')
                and open('/run/dhcpcd-c0.pid').read()))
os.kill(pid, signal.SIGTERM)
check(until(lambda: not os.path.exists('/run/dhcpcd-c0.pid')))
check('10.77.0.50' in addresses())
process.kill(); child.kill()
""")


if __name__ == "__main__":
    test.main()
