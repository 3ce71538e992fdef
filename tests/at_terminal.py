"""Runs a program at a terminal of its own and answers its questions, as a person would.

at_terminal.py PROGRAM [ARGUMENT...] < answers, where each line is `QUESTION<TAB>ANSWER`: when QUESTION has appeared,
ANSWER is typed (with \\r, \\x03… as escapes). Prints what the terminal showed, and ends with the program's exit code.
"""

import os
import pty
import select
import sys
import time

answers = [line.rstrip("\n").split("\t") for line in sys.stdin]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

shown, seen, deadline = b"", 0, time.monotonic() + 30
while True:
    if answers:
        question, answer = answers[0]
        at = shown.find(question.encode(), seen)
        if at >= 0:
            seen = len(shown)
            os.write(terminal, answer.encode().decode("unicode_escape").encode("latin-1"))
            answers.pop(0)
    ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
    if not ready:
        sys.stderr.write(f"at_terminal: nothing for too long; waiting for {answers[:1]}\n")
        os.kill(pid, 9)
        break
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # the terminal closes with its program
        break
    if not chunk:
        break
    shown += chunk

_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
