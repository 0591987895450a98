"""Runs a command on a pseudo-terminal: at-terminal.py ROWS COLUMNS COMMAND...

stdout is what the command writes; stdin takes a JSON value per line: {"text": "typed"}, {"size": [rows, columns]},
{"hangup": true}. The last line on stderr is the command's exit code.
"""
import fcntl, json, os, select, struct, sys, termios

rows, columns, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


held, theirs = os.openpty()
resize(held, rows, columns)
child = os.fork()
if child == 0:
    os.close(held)
    os.login_tty(theirs) if hasattr(os, 'login_tty') else None
    if not hasattr(os, 'login_tty'):
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(theirs, fd)
        if theirs > 2:
            os.close(theirs)
    os.execvp(command[0], command)
os.close(theirs)

orders = b''
sources = [held, 0]
while held in sources:
    ready, _, _ = select.select(sources, [], [])
    if held in ready:
        try:
            output = os.read(held, 65536)
        except OSError:
            output = b''
        if output:
            os.write(1, output)
        else:
            sources.remove(held)
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            sources.remove(0)
        orders += data
        *lines, orders = orders.split(b'\n')
        for line in lines:
            order = json.loads(line)
            if 'text' in order:
                os.write(held, order['text'].encode())
            if 'size' in order:
                resize(held, *order['size'])
            if 'hangup' in order:
                os.close(held)
                sources.remove(held)
_, status = os.waitpid(child, 0)
sys.stderr.write(f'{os.waitstatus_to_exitcode(status)}\n')
